/*
 * What an image was made with, told by names that its linker left and by strings that its libraries bring.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "emu/firmware_parts.h"

/* Which kind of trace a system leaves. */
enum trace { TRACE_SYMBOL, TRACE_SECTION, TRACE_STRING, TRACE_PRODUCER };

struct sign {
    const char *kind;
    enum trace trace;
    const char *text;
    const char *with; /* symbols: another one that must be there too; NULL: none */
    bool version;     /* the version follows the text */
};

#define SYMBOL(kind, text)                    \
    {                                         \
        kind, TRACE_SYMBOL, text, NULL, false \
    }
#define PAIR(kind, text, with)                \
    {                                         \
        kind, TRACE_SYMBOL, text, with, false \
    }
#define SECTION(kind, text)                    \
    {                                          \
        kind, TRACE_SECTION, text, NULL, false \
    }
#define STRING(kind, text)                    \
    {                                         \
        kind, TRACE_STRING, text, NULL, false \
    }
#define VERSION(kind, text)                  \
    {                                        \
        kind, TRACE_STRING, text, NULL, true \
    }
#define PRODUCER(kind, text)                   \
    {                                          \
        kind, TRACE_PRODUCER, text, NULL, true \
    }

/* One kind may have several signs: the first that is found is its evidence, the first version its version. */
static const struct sign signs[] = {
    VERSION("nRF Connect SDK", "Booting nRF Connect SDK "),
    VERSION("Zephyr", "Booting Zephyr OS build "),
    VERSION("Zephyr", "Booting Zephyr OS "),
    VERSION("Zephyr", "zephyr-v"),
    STRING("Zephyr", "ZEPHYR FATAL ERROR"),
    STRING("Zephyr", "Zephyr version %d"),
    SYMBOL("Zephyr", "z_cstart"),
    PAIR("Zephyr", "_Cstart", "_sw_isr_table"),
    SECTION("Zephyr", "initlevel"),
    SECTION("Zephyr", "sw_isr_table"),
    PAIR("MCUboot", "boot_go", "bootutil_img_validate"),
    STRING("MCUboot", "Starting bootloader"),
    VERSION("RIOT", "This is RIOT! (Version: "),
    PAIR("RIOT", "kernel_init", "sched_run"),
    PAIR("RIOT", "thread_create", "sched_active_thread"),
    PRODUCER("TinyGo", "TinyGo"),
    SYMBOL("TinyGo", "tinygo_startTask"),
    SYMBOL("TinyGo", "runtime.run"),
    SYMBOL("TinyGo", "runtime.alloc"),
    STRING("TinyGo", "panic: runtime error at "),
    VERSION("CircuitPython", "Adafruit CircuitPython "),
    VERSION("MicroPython", "MicroPython v"),
    PAIR("MicroPython", "mp_init", "mp_execute_bytecode"),
    STRING("Espruino", "espruino.com"),
    SYMBOL("JerryScript", "jerry_init"),
    VERSION("Lua", "$LuaVersion: Lua "),
    SYMBOL("FreeRTOS", "vTaskStartScheduler"),
    SYMBOL("FreeRTOS", "xTaskIncrementTick"),
    STRING("FreeRTOS", "Tmr Svc"),
    SYMBOL("Mbed OS", "mbed_start"),
    SYMBOL("Mbed OS", "mbed_main"),
    STRING("Mbed OS", "++ MbedOS "),
    SYMBOL("ChibiOS", "chSysInit"),
    SYMBOL("ChibiOS", "chSchDoPreemption"),
    SYMBOL("ChibiOS", "__ch_system_init"),
    SYMBOL("NuttX", "nx_start"),
    VERSION("NuttX", "NuttX-"),
    SYMBOL("Apache Mynewt", "mynewt_main"),
    PAIR("Apache Mynewt", "os_sched_insert", "sysinit_start"),
    SYMBOL("Apache NimBLE", "ble_hs_start"),
    STRING("Contiki-NG", "Starting Contiki-NG"),
    PAIR("Contiki-NG", "process_run", "etimer_process"),
    SYMBOL("RT-Thread", "rtthread_startup"),
    SYMBOL("ThreadX", "_tx_initialize_kernel_enter"),
    STRING("Tock", "TockOS"),
    STRING("Tock", "Tock to parse"),
    PAIR("Tock", "_sapps", "_estack"),
    SYMBOL("Embassy", "__pender"),
    STRING("Embassy", "embassy-executor"),
    STRING("Embassy", "embassy-nrf"),
    STRING("RTIC", "cortex-m-rtic"),
    PRODUCER("Rust", "clang LLVM (rustc version "),
    SYMBOL("Rust", "rust_begin_unwind"),
    SYMBOL("Rust", "rust_eh_personality"),
    STRING("Rust", "/rustc/"),
    SECTION("Rust", ".defmt"),
    PRODUCER("Zig", "zig "),
    PRODUCER("Ada", "GNU Ada"),
    SYMBOL("Adafruit nRF52 Arduino", "_ZN9BluefruitE"),
    SYMBOL("Adafruit nRF52 Arduino", "Bluefruit"),
    PAIR("Adafruit nRF52 Arduino", "rtos_idle_callback", "loop"),
    STRING("Adafruit nRF52 Arduino", "Bluefruit52"),
    PAIR("Arduino", "initVariant", "loop"),
    PAIR("Arduino", "_Z4loopv", "_Z5setupv"),
    PAIR("Arduino", "loop", "setup"),
    VERSION("UF2 bootloader", "UF2 Bootloader "),
    SYMBOL("TinyUSB", "tud_task_ext"),
    SYMBOL("TinyUSB", "tusb_init"),
    VERSION("OpenThread", "OPENTHREAD/"),
    SYMBOL("OpenThread", "otInstanceInitSingle"),
    STRING("Meshtastic", "meshtastic.org"),
    SYMBOL("nRF5 SDK", "app_error_fault_handler"),
    SYMBOL("nRF5 SDK", "nrf_log_frontend_init"),
    SYMBOL("nRF5 SDK", "nrf_log_frontend_std_0"),
    SYMBOL("nRF5 SDK", "nrf_drv_clock_init"),
    SECTION("nRF5 SDK", ".log_const_data"),
    SECTION("nRF5 SDK", ".sdh_soc_observers"),
    STRING("nRF5 SDK", "SOFTDEVICE: ASSERTION FAILED"),
    STRING("nRF5 SDK", "uart_log_backend"),
    STRING("nRF5 SDK", "%sLogs dropped (%d)%s"),
    STRING("nRF5 SDK", "NRF_ERROR_INVALID_LENGTH"),
    STRING("nRF5 SDK", "BSP_INDICATE_FATAL_ERROR"),
    STRING("nRF 802.15.4 driver", "nrf_802154_"),
    SYMBOL("nrfx", "nrfx_clock_init"),
    SYMBOL("nrfx", "nrfx_isr"),
    PAIR("Nordic MDK start-up", "SystemInit", "SystemCoreClock"),
    SYMBOL("SEGGER RTT", "_SEGGER_RTT"),
    STRING("SEGGER RTT", "SEGGER RTT"),
};

struct finder {
    struct firmware_info *info;
    const struct elf_view *elf;
};

/* ---- kinds ---- */

static struct firmware_kind *kind_named(struct firmware_info *info, const char *name)
{
    for (unsigned i = 0; i < info->n_kinds; i++)
        if (strcmp(info->kind[i].name, name) == 0)
            return &info->kind[i];
    return NULL;
}

static struct firmware_kind *add_kind(struct firmware_info *info, const char *name)
{
    struct firmware_kind *k = kind_named(info, name);

    if (k || info->n_kinds == FIRMWARE_MAX_KINDS)
        return k;
    k = &info->kind[info->n_kinds++];
    k->name = name;
    return k;
}

/* A version ends at a blank or at what no version has. */
static void copy_version(struct firmware_kind *k, const uint8_t *text, size_t available)
{
    size_t n = 0;

    while (n < available && n + 1 < sizeof k->version && (isalnum(text[n]) || (text[n] && strchr(".-_+", text[n]))))
        n++;
    memcpy(k->version, text, n);
    k->version[n] = '\0';
    if (!strpbrk(k->version, "0123456789"))
        k->version[0] = '\0';
}

/* ---- traces ---- */

static const uint8_t *find_string(const struct image *img, const char *text, size_t *left)
{
    for (unsigned i = 0; i < img->n_segments; i++) {
        const struct image_segment *s = &img->segment[i];
        const uint8_t *found = memmem(s->data, s->size, text, strlen(text));
        if (found) {
            *left = (size_t)(s->data + s->size - found) - strlen(text);
            return found + strlen(text);
        }
    }
    return NULL;
}

static bool has_section(const struct elf_view *elf, const char *name)
{
    for (unsigned i = 0; elf && i < elf->header.e_shnum; i++) {
        Elf32_Shdr s = elf_view_section(elf, i);
        if (strcmp(elf_view_section_name(elf, &s), name) == 0)
            return true;
    }
    return false;
}

static struct firmware_kind *add_evidence(struct firmware_info *info, const struct sign *s, const char *what)
{
    struct firmware_kind *k = add_kind(info, s->kind);

    if (!k || *k->evidence)
        return k;
    snprintf(k->evidence, sizeof k->evidence, "%s %s", what, s->text);
    for (size_t n = strlen(k->evidence); n && k->evidence[n - 1] == ' '; n--)
        k->evidence[n - 1] = '\0';
    return k;
}

static void add_version(struct firmware_kind *k, const struct sign *s, const uint8_t *after, size_t left)
{
    if (k && s->version && !*k->version)
        copy_version(k, after, left);
}

static void look_for(struct finder *f, const struct sign *s)
{
    const struct symbols *symbols = f->info->symbols;
    const uint8_t *after;
    size_t left;

    if (s->trace == TRACE_SYMBOL) {
        if (symbols_find(symbols, s->text, NULL, NULL) && (!s->with || symbols_find(symbols, s->with, NULL, NULL)))
            add_evidence(f->info, s, "symbol");
    } else if (s->trace == TRACE_SECTION) {
        if (has_section(f->elf, s->text))
            add_evidence(f->info, s, "section");
    } else if (s->trace == TRACE_STRING && (after = find_string(&f->info->image, s->text, &left))) {
        add_version(add_evidence(f->info, s, "string"), s, after, left);
    }
}

static void on_producer(void *ctx, const char *producer)
{
    struct finder *f = ctx;

    for (unsigned i = 0; i < sizeof signs / sizeof *signs; i++) {
        const struct sign *s = &signs[i];
        if (s->trace != TRACE_PRODUCER || strncmp(producer, s->text, strlen(s->text)) != 0)
            continue;
        const char *after = producer + strlen(s->text);
        add_version(add_evidence(f->info, s, "compiler"), s, (const uint8_t *)after, strlen(after));
    }
}

/* ---- SoftDevices ---- */

/* The MBR is one page; a SoftDevice begins behind it, and tells of itself in a structure 0x2000 bytes on. */
enum { SD_INFO = 0x3000, SD_MAGIC_AT = SD_INFO + 4, SD_ID_AT = SD_INFO + 0x10, SD_VERSION_AT = SD_INFO + 0x14 };
#define SD_MAGIC 0x51B1E5DBu

static void find_softdevice(struct firmware_info *info)
{
    uint32_t magic, id = 0, version = 0;
    struct firmware_kind *k;

    if (!firmware_word(&info->image, SD_MAGIC_AT, &magic) || magic != SD_MAGIC || !(k = add_kind(info, "SoftDevice")))
        return;
    snprintf(k->evidence, sizeof k->evidence, "magic number at 0x%04x", SD_MAGIC_AT);
    if (firmware_word(&info->image, SD_ID_AT, &id) && firmware_word(&info->image, SD_VERSION_AT, &version) && id < 1000)
        snprintf(k->version, sizeof k->version, "S%u %u.%u.%u", id, version / 1000000 % 100, version / 1000 % 1000,
                 version % 1000);
}

/* The MBR has little RAM of its own, and lies in the first page. */
static void find_mbr(struct firmware_info *info)
{
    const struct firmware_vectors *v = &info->vectors;
    struct firmware_kind *k;

    if (info->has_vectors && v->addr == 0 && v->initial_sp == 0x20000400 && v->reset < 0x1000 &&
        (k = add_kind(info, "Nordic MBR")))
        snprintf(k->evidence, sizeof k->evidence, "vector table at 0 with initial SP 0x%08x", v->initial_sp);
}

/* Where an application begins tells what it expects below it. */
static const struct {
    uint32_t vectors;
    const char *below;
} layouts[] = {
    {0x01000, "an MBR"},
    {0x10000, "a bootloader"},
    {0x19000, "a SoftDevice S112"},
    {0x1C000, "a SoftDevice S113"},
    {0x26000, "a SoftDevice S140 of version 6"},
    {0x27000, "a SoftDevice S140 of version 7"},
    {0x31000, "a SoftDevice S340"},
};

const char *firmware_expects_below(const struct firmware_info *info)
{
    if (!info->has_vectors || info->image.segment[0].addr < info->vectors.addr)
        return NULL;
    for (unsigned i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (layouts[i].vectors == info->vectors.addr)
            return layouts[i].below;
    return NULL;
}

void firmware_find_kinds(struct firmware_info *info, const struct elf_view *elf)
{
    struct finder f = {info, elf};

    symbols_each_producer(info->symbols, on_producer, &f);
    for (unsigned i = 0; i < sizeof signs / sizeof *signs; i++)
        look_for(&f, &signs[i]);
    find_mbr(info);
    find_softdevice(info);
}
