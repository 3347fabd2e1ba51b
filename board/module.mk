# SDL2 and SDL2_ttf are opened when a window or picture is asked for (board/sdl.h): only their headers are needed here.
SDL_CFLAGS := $(shell pkg-config --cflags sdl2 SDL2_ttf 2>/dev/null)
$(B)/board/%.o: CPPFLAGS += $(SDL_CFLAGS)
$(B)/tests/unit/board_%.o: CPPFLAGS += $(SDL_CFLAGS)
