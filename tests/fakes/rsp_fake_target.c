#include "tests/fakes/rsp_fake_target.h"

#include <stdio.h>
#include <string.h>

enum { SLICE = 1000 }; /* instructions */

static bool reg_get(void *ctx, enum cpu_reg r, uint32_t *value)
{
    struct fake_target *f = ctx;

    if (r >= CPU_REGS)
        return false;
    *value = f->regs[r];
    return true;
}

static bool reg_set(void *ctx, enum cpu_reg r, uint32_t value)
{
    struct fake_target *f = ctx;

    if (r >= CPU_REGS)
        return false;
    f->regs[r] = value;
    f->writes++;
    return true;
}

/* The memory from `addr` on, and how much of `len` there is. */
static uint8_t *memory_at(struct fake_target *f, uint32_t addr, uint32_t *len)
{
    uint8_t *base = addr < FAKE_FLASH_SIZE ? f->flash : f->ram;
    uint32_t offset = addr < FAKE_FLASH_SIZE ? addr : addr - FAKE_RAM;

    if (offset >= FAKE_RAM_SIZE)
        return NULL;
    if (*len > FAKE_RAM_SIZE - offset)
        *len = FAKE_RAM_SIZE - offset;
    return base + offset;
}

static uint32_t mem_get(void *ctx, uint32_t addr, void *buf, uint32_t len)
{
    struct fake_target *f = ctx;

    if (addr == FAKE_DEVICE && len >= 4) {
        uint32_t value = ++f->device_reads;
        memcpy(buf, &value, sizeof value);
        return sizeof value;
    }
    const uint8_t *from = memory_at(f, addr, &len);
    if (!from)
        return 0;
    memcpy(buf, from, len);
    return len;
}

static uint32_t mem_set(void *ctx, uint32_t addr, const void *buf, uint32_t len)
{
    struct fake_target *f = ctx;
    uint8_t *to = memory_at(f, addr, &len);

    if (!to)
        return 0;
    memcpy(to, buf, len);
    f->writes++;
    return len;
}

static bool same_point(const struct fake_point *p, enum debug_point kind, uint32_t addr, uint32_t len)
{
    return p->kind == kind && p->addr == addr && p->len == len;
}

static bool point_add(void *ctx, enum debug_point kind, uint32_t addr, uint32_t len)
{
    struct fake_target *f = ctx;
    unsigned hw = 0;

    for (unsigned i = 0; i < f->n_points; i++) {
        if (same_point(&f->points[i], kind, addr, len))
            return true;
        hw += f->points[i].kind == DEBUG_POINT_HW_BREAK;
    }
    if (f->n_points == FAKE_POINTS || (kind == DEBUG_POINT_HW_BREAK && hw == FAKE_HW_BREAKS))
        return false;
    f->points[f->n_points++] = (struct fake_point){kind, addr, len};
    f->points_added++;
    return true;
}

static bool point_remove(void *ctx, enum debug_point kind, uint32_t addr, uint32_t len)
{
    struct fake_target *f = ctx;

    for (unsigned i = 0; i < f->n_points; i++)
        if (same_point(&f->points[i], kind, addr, len)) {
            f->points[i] = f->points[--f->n_points];
            break;
        }
    return true;
}

static void resume(void *ctx, enum debug_resume how, unsigned place)
{
    struct fake_target *f = ctx;

    f->resumed = true;
    if (how == DEBUG_GO_ON)
        return;
    f->halt_asked = false;
    f->how = how;
    f->place = place;
    f->steps += how == DEBUG_STEP;
    f->continues += how == DEBUG_CONTINUE;
}

static const struct fake_point *point_for(const struct fake_target *f, bool watch, uint32_t addr)
{
    for (unsigned i = 0; i < f->n_points; i++) {
        const struct fake_point *p = &f->points[i];
        if (watch == (p->kind >= DEBUG_POINT_WATCH_WRITE) && addr >= p->addr && addr < p->addr + p->len)
            return p;
    }
    return NULL;
}

/* One instruction; true when it hit a watchpoint. */
static bool execute(struct fake_target *f, struct debug_stop_info *out)
{
    uint32_t *pc = &f->regs[CPU_PC], count;
    bool stores = *pc == FAKE_STORE;

    f->executed++;
    *pc += 2;
    if (*pc >= FAKE_LOOP_END)
        *pc = FAKE_LOOP;
    if (!stores)
        return false;
    for (unsigned i = 0; f->traced >> EV_PIN & 1 && i <= f->flood; i++)
        f->tell(f->tell_ctx, EV_PIN, "a pin\n");
    memcpy(&count, f->ram + (FAKE_COUNTER - FAKE_RAM), sizeof count);
    count++;
    memcpy(f->ram + (FAKE_COUNTER - FAKE_RAM), &count, sizeof count);
    const struct fake_point *p = point_for(f, true, FAKE_COUNTER);
    if (p)
        *out = (struct debug_stop_info){.stop = DEBUG_WATCHPOINT, .point = p->kind, .addr = FAKE_COUNTER};
    return p != NULL;
}

static void run_on(struct fake_target *f, struct debug_stop_info *out)
{
    for (unsigned i = 0; i < SLICE; i++) {
        if (execute(f, out))
            return;
        if (f->how == DEBUG_STEP) {
            *out = (struct debug_stop_info){.stop = DEBUG_STEPPED};
            return;
        }
        const struct fake_point *p = point_for(f, false, f->regs[CPU_PC]);
        if (p) {
            *out = (struct debug_stop_info){.stop = DEBUG_BREAKPOINT, .point = p->kind, .addr = p->addr};
            return;
        }
    }
    *out = (struct debug_stop_info){.stop = DEBUG_RUNNING};
}

static void filter(void *ctx, bool (*counts)(void *), void *counts_ctx)
{
    struct fake_target *f = ctx;

    f->counts = counts;
    f->counts_ctx = counts_ctx;
}

static void run_back(struct fake_target *f, struct debug_stop_info *out)
{
    uint32_t *pc = &f->regs[CPU_PC];

    for (; f->executed; f->executed--) {
        const struct fake_point *p;
        *pc = *pc == FAKE_LOOP ? FAKE_LOOP_END - 2 : *pc - 2;
        if (f->how == DEBUG_STEP_BACK)
            *out = (struct debug_stop_info){.stop = DEBUG_STEPPED};
        else if ((p = point_for(f, false, *pc)) && f->counts(f->counts_ctx))
            *out = (struct debug_stop_info){.stop = DEBUG_BREAKPOINT, .point = p->kind, .addr = p->addr};
        else
            continue;
        f->executed--;
        return;
    }
    *out = (struct debug_stop_info){.stop = DEBUG_BEGINNING};
}

static void run(void *ctx, struct debug_stop_info *out)
{
    struct fake_target *f = ctx;

    f->runs++;
    if (f->next.stop != DEBUG_RUNNING) {
        *out = f->next;
        f->next = (struct debug_stop_info){.stop = DEBUG_RUNNING};
    } else if (f->halt_asked) {
        *out = (struct debug_stop_info){.stop = DEBUG_HALTED};
    } else if (f->how == DEBUG_STEP_BACK || f->how == DEBUG_CONTINUE_BACK) {
        run_back(f, out);
    } else {
        run_on(f, out);
    }
    if (out->stop != DEBUG_RUNNING)
        f->resumed = f->halt_asked = false;
}

static void halt(void *ctx)
{
    struct fake_target *f = ctx;

    f->halt_asked = true;
    f->halts++;
}

static void reset(void *ctx)
{
    struct fake_target *f = ctx;

    memset(f->regs, 0, sizeof f->regs);
    f->regs[CPU_PC] = FAKE_LOOP;
    f->regs[CPU_SP] = f->regs[CPU_MSP] = FAKE_RAM + FAKE_RAM_SIZE;
    f->regs[CPU_LR] = UINT32_MAX;
    f->regs[CPU_XPSR] = 1u << 24;
    f->resumed = f->halt_asked = false;
    f->resets++;
}

static bool flash_erase(void *ctx, uint32_t addr, uint32_t len)
{
    struct fake_target *f = ctx;

    if (addr % FAKE_PAGE || len % FAKE_PAGE || (uint64_t)addr + len > FAKE_FLASH_SIZE)
        return false;
    memset(f->flash + addr, 0xff, len);
    return true;
}

static bool flash_write(void *ctx, uint32_t addr, const void *buf, uint32_t len)
{
    struct fake_target *f = ctx;
    const uint8_t *from = buf;

    if ((uint64_t)addr + len > FAKE_FLASH_SIZE)
        return false;
    for (uint32_t i = 0; i < len; i++)
        f->flash[addr + i] &= from[i];
    return true;
}

static unsigned memory_map(void *ctx, const struct debug_memory **map)
{
    static const struct debug_memory all[] = {
        {DEBUG_MEMORY_FLASH, 0, FAKE_FLASH_SIZE, FAKE_PAGE},
        {DEBUG_MEMORY_RAM, FAKE_RAM, FAKE_RAM_SIZE, 0},
        {DEBUG_MEMORY_RAM, FAKE_DEVICE, 0x1000, 0},
    };

    *map = all;
    return sizeof all / sizeof all[0];
}

static const struct symbols *symbols(void *ctx) { return ((struct fake_target *)ctx)->symbols; }

static unsigned contexts(void *ctx, struct debug_context *list, unsigned max)
{
    struct fake_target *f = ctx;

    for (unsigned i = 0; i <= f->preempted && i < max; i++) {
        unsigned exception = f->preempted - i;
        list[i] = (struct debug_context){.exception = (uint8_t)exception, .serial = 10 + exception};
        snprintf(list[i].name, sizeof list[i].name, exception ? "IRQ %u" : "Thread", exception);
    }
    return f->preempted + 1;
}

static bool context_reg_get(void *ctx, unsigned place, enum cpu_reg r, uint32_t *value)
{
    struct fake_target *f = ctx;

    *value = place << 16 | r;
    return place <= f->preempted && r != CPU_FPSCR;
}

static bool context_reg_set(void *ctx, unsigned place, enum cpu_reg r, uint32_t value)
{
    struct fake_target *f = ctx;

    f->writes += r == CPU_R0;
    return r == CPU_R0;
}

static bool say(void *ctx, const char *args, const struct debug_console *to)
{
    struct fake_target *f = ctx;

    snprintf(f->said, sizeof f->said, "%s", args);
    to->print(to->ctx, "you said ");
    to->print(to->ctx, args);
    to->print(to->ctx, "\n");
    return true;
}

static bool fail(void *ctx, const char *args, const struct debug_console *to)
{
    to->print(to->ctx, "it cannot be done\n");
    return false;
}

static bool many(void *ctx, const char *args, const struct debug_console *to)
{
    for (unsigned i = 0; i < 1000; i++)
        to->print(to->ctx, "0123456789\n");
    return true;
}

static unsigned commands(void *ctx, const struct debug_command **list)
{
    static const struct debug_command all[] = {
        {"say", "TEXT: says it again", say},
        {"fail", "it fails", fail},
        {"many", "many lines", many},
        {"stats", "what there is to count", say},
        {"halted-time", "a name of two words", say},
    };

    *list = all;
    return sizeof all / sizeof all[0];
}

static void trace(void *ctx, uint32_t kinds, void (*tell)(void *tell_ctx, enum ev_kind kind, const char *line),
                  void *tell_ctx)
{
    struct fake_target *f = ctx;

    f->traced = kinds;
    f->tell = tell;
    f->tell_ctx = tell_ctx;
}

static void attached(void *ctx, bool yes)
{
    struct fake_target *f = ctx;

    f->attaches += yes;
    f->detaches += !yes;
}

static void kill_run(void *ctx)
{
    struct fake_target *f = ctx;

    f->kills++;
}

void fake_target_init(struct fake_target *f)
{
    static const struct debug_target_ops ops = {
        .reg_get = reg_get,
        .reg_set = reg_set,
        .mem_get = mem_get,
        .mem_set = mem_set,
        .point_add = point_add,
        .point_remove = point_remove,
        .goes_back = true,
        .resume = resume,
        .filter = filter,
        .run = run,
        .halt = halt,
        .reset = reset,
        .flash_erase = flash_erase,
        .flash_write = flash_write,
        .memory_map = memory_map,
        .symbols = symbols,
        .contexts = contexts,
        .context_reg_get = context_reg_get,
        .context_reg_set = context_reg_set,
        .commands = commands,
        .trace = trace,
        .attached = attached,
        .kill = kill_run,
    };

    memset(f, 0, sizeof *f);
    f->target = (struct debug_target){.ops = &ops, .ctx = f};
    reset(f);
    f->resets = 0;
    for (unsigned i = 0; i < FAKE_FLASH_SIZE; i += 2)
        f->flash[i + 1] = 0xbf; /* NOP */
}
