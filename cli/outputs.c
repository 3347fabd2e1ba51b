#include "cli/outputs.h"

#include <errno.h>
#include <string.h>

#include "soc/names.h"

_Static_assert((int)PERFETTO_NAME >= (int)PERIPH_NAME_MAX && (int)PERFETTO_NAME >= (int)NAMES_MAX,
               "names are cut off in traces");

static bool open_vcd(struct outputs *x, const char *path, struct machine *m, char *err, size_t err_size)
{
    char name[IRQ_LINES][NAMES_MAX];
    const char *irq_name[IRQ_LINES];
    for (unsigned i = 0; i < IRQ_LINES; i++)
        irq_name[i] = *names_irq(i, name[i], NAMES_MAX) ? name[i] : NULL;
    struct vcd_signals signals = {irq_name, IRQ_LINES, &m->soc.pins, board_names, &m->soc.board};
    return vcd_open(&x->vcd, path, &m->soc.evlog, &signals, err, err_size);
}

static const char *register_name(void *soc, uint32_t addr, char *buf) { return soc_address_name(soc, addr, buf); }

static bool open_trace(struct outputs *x, const char *path, struct machine *m, char *err, size_t err_size)
{
    struct perfetto_names names = {
        .exception = names_exception, .irq = names_irq, .reg = register_name, .ctx = &m->soc};
    return perfetto_open(&x->trace, path, &m->soc.evlog, &names, err, err_size);
}

/* ---- profiles ---- */

static void (*const write_profile[OUTPUTS_PROFILES])(struct profile *, FILE *) = {
    profile_write_folded, profile_write_callgrind, profile_write_lcov};

static void exception_name(unsigned number, char *buf, size_t size) { names_exception(number, buf, size); }

static bool open_profiles(struct outputs *x, const struct run_options *o, struct machine *m, char *err, size_t err_size)
{
    const char *const path[OUTPUTS_PROFILES] = {o->profile, o->callgrind, o->coverage};
    bool any = false;
    for (unsigned i = 0; i < OUTPUTS_PROFILES; i++) {
        if (!path[i])
            continue;
        any = true;
        x->profile_path[i] = path[i];
        x->profile_file[i] = fopen(path[i], "we");
        if (!x->profile_file[i]) {
            snprintf(err, err_size, "%s: %s", path[i], strerror(errno));
            return false;
        }
    }
    if (!any)
        return true;
    if (!m->symbols) {
        snprintf(err, err_size, "a profile needs an ELF with symbols among the images");
        return false;
    }
    struct profile_config c = {
        .cpu = m->soc.core.cpu, .log = &m->soc.evlog, .symbols = m->symbols, .exception_name = exception_name};
    x->profile = profile_begin(&c);
    return true;
}

static bool close_profiles(struct outputs *x, char *err, size_t err_size)
{
    bool ok = true;
    if (x->profile)
        profile_end(x->profile);
    for (unsigned i = 0; i < OUTPUTS_PROFILES; i++) {
        FILE *f = x->profile_file[i];
        if (!f)
            continue;
        if (x->profile)
            write_profile[i](x->profile, f);
        bool good = !ferror(f);
        good = fclose(f) == 0 && good;
        x->profile_file[i] = NULL;
        if (!good && ok)
            snprintf(err, err_size, "%s: cannot be written", x->profile_path[i]);
        ok = ok && good;
    }
    profile_free(x->profile);
    x->profile = NULL;
    return ok;
}

/* ---- all ---- */

bool outputs_open(struct outputs *x, const struct run_options *o, struct machine *m, char *err, size_t err_size)
{
    return (!o->vcd || open_vcd(x, o->vcd, m, err, err_size)) &&
           (!o->trace || open_trace(x, o->trace, m, err, err_size)) && open_profiles(x, o, m, err, err_size);
}

bool outputs_close(struct outputs *x, char *err, size_t err_size)
{
    bool ok = vcd_close(x->vcd, err, err_size);
    x->vcd = NULL;
    ok = perfetto_close(x->trace, ok ? err : (char[256]){0}, ok ? err_size : 256) && ok;
    x->trace = NULL;
    return close_profiles(x, ok ? err : (char[256]){0}, ok ? err_size : 256) && ok;
}
