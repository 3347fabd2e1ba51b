#include "board/sdl.h"

#include <dlfcn.h>
#include <stdio.h>

enum { LIBRARY_SDL, LIBRARY_TTF };

static const char *const name[] = {[LIBRARY_SDL] = "libSDL2-2.0.so.0", [LIBRARY_TTF] = "libSDL2_ttf-2.0.so.0"};

static bool open_libraries(struct sdl *s, char *err, size_t err_size)
{
    for (unsigned i = 0; i < sizeof name / sizeof *name; i++) {
        s->library[i] = dlopen(name[i], RTLD_NOW);
        if (!s->library[i]) {
            snprintf(err, err_size, "the window and its pictures need SDL2 and SDL2_ttf: %s", dlerror());
            return false;
        }
    }
    return true;
}

bool sdl_load(struct sdl *s, char *err, size_t err_size)
{
    const char *missing = NULL;
    *s = (struct sdl){0};
    if (!open_libraries(s, err, err_size))
        return false;
#define FIND(lib, function)                                                                \
    *(void **)&s->lib##_##function = dlsym(s->library[LIBRARY_##lib], #lib "_" #function); \
    missing = s->lib##_##function ? missing : #lib "_" #function;
    SDL_FUNCTIONS(FIND)
#undef FIND
    if (missing)
        snprintf(err, err_size, "the SDL2 here is too old for the window: it has no %s", missing);
    return !missing;
}

void sdl_unload(struct sdl *s)
{
    for (unsigned i = 0; i < sizeof name / sizeof *name; i++)
        if (s->library[i])
            dlclose(s->library[i]);
    *s = (struct sdl){0};
}
