#include "parts/nor_flash.h"

#include <string.h>

enum {
    STATUS_WIP = 1 << 0,
    STATUS_WEL = 1 << 1,

    BLOCK = 0x10000,
    BLOCK_32K = 0x8000,

    FLOATING = -1,

    LOG_KEY = 0x4E4F5200,
};

#define TIME_RESET (35 * VTIME_PER_US)

/* The registers of each kind: which bits can be written, and where those are that mean something here. The first is the
 * status register, the others are those behind it. */
static const struct layout {
    uint8_t writable[3];
    uint8_t qe[3];
    uint8_t bp, smaller, complement, bottom[2]; /* block protection; SEC: counts sectors; CMP; TB: from the bottom */
} layouts[] = {
    [NOR_FLASH_MACRONIX] = {.writable = {0xFC, 0x48, 0x02}, .qe = {0x40}, .bp = 0x3C, .bottom = {0, 0x08}},
    [NOR_FLASH_QE_IN_SECOND] = {.writable = {0xFC, 0x7F, 0x64},
                                .qe = {0, 0x02},
                                .bp = 0x1C,
                                .smaller = 0x40,
                                .complement = 0x40,
                                .bottom = {0x20, 0}},
};

/* What an instruction is made of: the opcode, address bytes, dummy bytes, data. */
struct nor_flash_command {
    uint8_t opcode, address, dummy;
    uint8_t flags;
    uint8_t (*out)(const struct nor_flash *, uint32_t n, vtime at); /* n-th data byte; NULL: none comes */
    void (*in)(struct nor_flash *, uint32_t n, uint8_t byte);       /* n-th data byte */
    void (*finish)(struct nor_flash *, vtime at);                   /* the frame is over and was long enough */
};

enum command_flag {
    WHEN_BUSY = 1 << 0, /* understood while an operation is under way */
    NEEDS_WEL = 1 << 1,
    NEEDS_QE = 1 << 2,
    NEEDS_DATA = 1 << 3, /* else the frame must end right behind the address */
    MACRONIX_ONLY = 1 << 4,
    OTHERS_ONLY = 1 << 5,
};

static const struct layout *layout_of(const struct nor_flash *f) { return &layouts[f->chip->registers]; }

static bool has_qe(const struct nor_flash *f)
{
    const struct layout *l = layout_of(f);
    return (f->status & l->qe[0]) || (f->config[0] & l->qe[1]);
}

static uint32_t address_mask(const struct nor_flash *f) { return f->chip->size - 1; }

/* Offset of an address in the view. */
static uint32_t in_view(const struct nor_flash *f, uint32_t address) { return (address - f->view) & address_mask(f); }

static bool busy(const struct nor_flash *f, vtime at) { return at < f->ready; }

/* --- reading --- */

static uint8_t out_data(const struct nor_flash *f, uint32_t n, vtime at) { return f->data[in_view(f, f->address + n)]; }

static uint8_t out_status(const struct nor_flash *f, uint32_t n, vtime at) /* inaccuracy 2 */
{
    return (uint8_t)(f->status | (busy(f, at) ? STATUS_WIP | STATUS_WEL : f->write_enabled ? STATUS_WEL : 0));
}

static uint8_t out_config(const struct nor_flash *f, uint32_t n, vtime at) { return f->config[n % 2]; }
static uint8_t out_second(const struct nor_flash *f, uint32_t n, vtime at) { return f->config[0]; }
static uint8_t out_third(const struct nor_flash *f, uint32_t n, vtime at) { return f->config[1]; }

static uint8_t out_id(const struct nor_flash *f, uint32_t n, vtime at) { return f->chip->id[n % sizeof f->chip->id]; }

static uint8_t out_electronic_id(const struct nor_flash *f, uint32_t n, vtime at) { return f->chip->electronic_id; }

static uint8_t out_manufacturer(const struct nor_flash *f, uint32_t n, vtime at)
{
    return (n + f->address) % 2 ? f->chip->electronic_id : f->chip->id[0];
}

/* JESD216: header, one parameter header, basic table. */
static uint8_t out_sfdp(const struct nor_flash *f, uint32_t n, vtime at) /* inaccuracy 5 */
{
    enum { TABLE_AT = 0x30, DENSITY = 4, FIRST_EDITION = 9 * 4 };
    static const uint8_t header[] = {0x53, 0x46, 0x44, 0x50, 0x06,     0x01, 0x00, 0xFF,
                                     0x00, 0x06, 0x01, 0x10, TABLE_AT, 0x00, 0x00, 0xFF};
    static const uint8_t first_edition[] = {0x53, 0x46, 0x44, 0x50, 0x00,     0x01, 0x00, 0xFF,
                                            0x00, 0x00, 0x01, 0x09, TABLE_AT, 0x00, 0x00, 0xFF};
    static const uint8_t table[] = {0xE5, 0x20, 0xF1, 0xFF, 0xFF, 0xFF, 0xFF, 0x03, 0x44, 0xEB, 0x08, 0x6B, 0x08,
                                    0x3B, 0x04, 0xBB, 0xEE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0xFF, 0xFF, 0xFF,
                                    0x00, 0xFF, 0x0C, 0x20, 0x0F, 0x52, 0x10, 0xD8, 0x00, 0xFF, 0x23, 0x72, 0xF5,
                                    0x00, 0x82, 0xED, 0x04, 0xCC, 0x44, 0x83, 0x68, 0x44, 0x30, 0xB0, 0x30, 0xB0,
                                    0xF7, 0xC4, 0xD5, 0x5C, 0x00, 0xBE, 0x29, 0xFF, 0xF0, 0xD0, 0xFF, 0xFF};
    bool whole = f->chip->registers == NOR_FLASH_MACRONIX;
    uint32_t at_byte = f->address + n, in_table = at_byte - TABLE_AT;

    if (at_byte < sizeof header)
        return whole ? header[at_byte] : first_edition[at_byte];
    if (in_table - DENSITY < 4)
        return (uint8_t)((8 * f->chip->size - 1) >> 8 * (in_table - DENSITY));
    return in_table < (whole ? sizeof table : FIRST_EDITION) ? table[in_table] : 0xFF;
}

/* --- changing the content --- */

static void set_used(struct nor_flash *f, uint32_t sector, bool used)
{
    if (used)
        f->used[sector / 32] |= 1u << sector % 32;
    else
        f->used[sector / 32] &= ~(1u << sector % 32);
}

void nor_flash_touch(struct nor_flash *f, uint32_t offset, uint32_t size)
{
    if (!size || offset >= NOR_FLASH_SIZE || size > NOR_FLASH_SIZE - offset)
        return;
    for (uint32_t s = offset / NOR_FLASH_SECTOR; s <= (offset + size - 1) / NOR_FLASH_SECTOR; s++)
        set_used(f, s, true);
}

static void tell(struct nor_flash *f, uint32_t offset, uint32_t size)
{
    if (f->changed)
        f->changed(f->changed_ctx, offset, size);
}

static void operate(struct nor_flash *f, vtime at, vtime duration)
{
    f->write_enabled = false;
    f->ready = at + duration;
}

/* Whether [offset, offset + size) has a protected block: BP counts blocks in powers of two, from the top or bottom. */
static bool is_protected(const struct nor_flash *f, uint32_t offset, uint32_t size)
{
    const struct layout *l = layout_of(f);
    unsigned bp = (f->status & l->bp) >> 2;
    uint32_t unit = f->status & l->smaller ? NOR_FLASH_SECTOR : BLOCK, all = f->chip->size;
    bool bottom = (f->status & l->bottom[0]) || (f->config[0] & l->bottom[1]);
    bool complement = f->config[0] & l->complement;
    uint32_t bytes = !bp                                    ? 0
                     : bp > 7 || (bp == 7 && l->bp == 0x1C) ? all
                     : unit << (bp - 1) < all               ? unit << (bp - 1)
                                                            : all;

    if (complement) {
        bytes = all - bytes;
        bottom = !bottom;
    }
    return bottom ? offset < bytes : offset + size > all - bytes;
}

static void in_page(struct nor_flash *f, uint32_t n, uint8_t byte)
{
    f->page[(f->address + n) % NOR_FLASH_PAGE] = byte;
}

static void finish_program(struct nor_flash *f, vtime at)
{
    uint32_t address = f->address & address_mask(f) & ~(NOR_FLASH_PAGE - 1u), page = in_view(f, address);

    if (is_protected(f, address, NOR_FLASH_PAGE))
        return;
    operate(f, at, f->chip->program);
    nor_flash_touch(f, page, NOR_FLASH_PAGE);
    for (unsigned i = 0; i < NOR_FLASH_PAGE; i++)
        f->data[page + i] &= f->page[i];
    tell(f, page, NOR_FLASH_PAGE);
}

/* Sectors that are not used are erased already. */
static void erase(struct nor_flash *f, uint32_t size, vtime at, vtime duration)
{
    uint32_t address = f->address & address_mask(f) & ~(size - 1);

    if (is_protected(f, address, size))
        return;
    operate(f, at, duration);
    for (uint32_t done = 0; done < size; done += NOR_FLASH_SECTOR) {
        uint32_t offset = in_view(f, address + done), sector = offset / NOR_FLASH_SECTOR;

        if (!nor_flash_sector_used(f, sector))
            continue;
        memset(f->data + offset, 0xFF, NOR_FLASH_SECTOR);
        set_used(f, sector, false);
        tell(f, offset, NOR_FLASH_SECTOR);
    }
}

static void finish_erase_sector(struct nor_flash *f, vtime at)
{
    erase(f, NOR_FLASH_SECTOR, at, f->chip->erase_sector);
}
static void finish_erase_32k(struct nor_flash *f, vtime at) { erase(f, BLOCK_32K, at, f->chip->erase_32k); }
static void finish_erase_block(struct nor_flash *f, vtime at) { erase(f, BLOCK, at, f->chip->erase_block); }
static void finish_erase_chip(struct nor_flash *f, vtime at) { erase(f, f->chip->size, at, f->chip->erase_chip); }

/* --- the view --- */

static void swap_sectors(struct nor_flash *f, uint32_t a, uint32_t b)
{
    uint8_t *data_a = f->data + a * NOR_FLASH_SECTOR, *data_b = f->data + b * NOR_FLASH_SECTOR;
    bool used_a = nor_flash_sector_used(f, a), used_b = nor_flash_sector_used(f, b);
    uint8_t sector[NOR_FLASH_SECTOR];

    if (!used_a && !used_b) /* both are erased */
        return;
    memcpy(sector, data_a, sizeof sector);
    memcpy(data_a, data_b, sizeof sector);
    memcpy(data_b, sector, sizeof sector);
    set_used(f, a, used_b);
    set_used(f, b, used_a);
    tell(f, a * NOR_FLASH_SECTOR, NOR_FLASH_SECTOR);
    tell(f, b * NOR_FLASH_SECTOR, NOR_FLASH_SECTOR);
}

static void reverse_sectors(struct nor_flash *f, uint32_t from, uint32_t to)
{
    while (from + 1 < to)
        swap_sectors(f, from++, --to);
}

void nor_flash_show(struct nor_flash *f, uint32_t address)
{
    uint32_t turn = in_view(f, address) / NOR_FLASH_SECTOR;

    if (!turn)
        return;
    reverse_sectors(f, 0, turn);
    reverse_sectors(f, turn, f->chip->size / NOR_FLASH_SECTOR);
    reverse_sectors(f, 0, f->chip->size / NOR_FLASH_SECTOR);
    f->view = (f->view + turn * NOR_FLASH_SECTOR) & address_mask(f);
}

/* --- registers and states --- */

static void in_registers(struct nor_flash *f, uint32_t n, uint8_t byte)
{
    if (n < sizeof f->input)
        f->input[n] = byte;
}

/* The bytes that were not sent stay as they are: on_opcode() has put them there. */
static void finish_write_status(struct nor_flash *f, vtime at)
{
    const uint8_t *writable = layout_of(f)->writable;
    f->status = f->input[0] & writable[0];
    f->config[0] = f->input[1] & writable[1];
    f->config[1] = f->input[2] & writable[2];
    operate(f, at, f->chip->write_status);
}

static void in_second(struct nor_flash *f, uint32_t n, uint8_t byte) { in_registers(f, n + 1, byte); }
static void in_third(struct nor_flash *f, uint32_t n, uint8_t byte) { in_registers(f, n + 2, byte); }

static void finish_write_enable(struct nor_flash *f, vtime at) { f->write_enabled = true; }
static void finish_write_disable(struct nor_flash *f, vtime at) { f->write_enabled = false; }
static void finish_deep_power_down(struct nor_flash *f, vtime at) { f->deep_power_down = true; }
static void finish_reset_enable(struct nor_flash *f, vtime at) { f->reset_enabled = true; }
static void finish_nothing(struct nor_flash *f, vtime at) {}

static void finish_reset(struct nor_flash *f, vtime at) /* inaccuracy 1 */
{
    if (!f->reset_enabled)
        return;
    f->reset_enabled = f->write_enabled = false;
    f->ready = at + TIME_RESET;
}

/* --- frames --- */

static const struct nor_flash_command commands[] = {
    {0x00, .finish = finish_nothing},
    {0x01, .flags = NEEDS_WEL | NEEDS_DATA, .in = in_registers, .finish = finish_write_status},
    {0x02, 3, .flags = NEEDS_WEL | NEEDS_DATA, .in = in_page, .finish = finish_program},
    {0x03, 3, .out = out_data},
    {0x04, .finish = finish_write_disable},
    {0x05, .flags = WHEN_BUSY, .out = out_status},
    {0x06, .finish = finish_write_enable},
    {0x0B, 3, 1, .out = out_data},
    {0x11, .flags = OTHERS_ONLY | NEEDS_WEL | NEEDS_DATA, .in = in_third, .finish = finish_write_status},
    {0x15, .flags = MACRONIX_ONLY, .out = out_config},
    {0x15, .flags = OTHERS_ONLY, .out = out_third},
    {0x20, 3, .flags = NEEDS_WEL, .finish = finish_erase_sector},
    {0x31, .flags = OTHERS_ONLY | NEEDS_WEL | NEEDS_DATA, .in = in_second, .finish = finish_write_status},
    {0x32, 3, .flags = OTHERS_ONLY | NEEDS_WEL | NEEDS_QE | NEEDS_DATA, .in = in_page, .finish = finish_program},
    {0x35, .flags = OTHERS_ONLY, .out = out_second},
    {0x38, 3, .flags = MACRONIX_ONLY | NEEDS_WEL | NEEDS_QE | NEEDS_DATA, .in = in_page, .finish = finish_program},
    {0x3B, 3, 1, .out = out_data},
    {0x52, 3, .flags = NEEDS_WEL, .finish = finish_erase_32k},
    {0x5A, 3, 1, .out = out_sfdp},
    {0x60, .flags = NEEDS_WEL, .finish = finish_erase_chip},
    {0x66, .flags = WHEN_BUSY, .finish = finish_reset_enable},
    {0x6B, 3, 1, .flags = NEEDS_QE, .out = out_data},
    {0x90, 3, .out = out_manufacturer},
    {0x99, .flags = WHEN_BUSY, .finish = finish_reset},
    {0x9F, .out = out_id},
    {0xAB, 3, .out = out_electronic_id},
    {0xB9, .finish = finish_deep_power_down},
    {0xBB, 3, 1, .out = out_data},
    {0xC7, .flags = NEEDS_WEL, .finish = finish_erase_chip},
    {0xD8, 3, .flags = NEEDS_WEL, .finish = finish_erase_block},
    {0xEB, 3, 3, .flags = NEEDS_QE, .out = out_data},
};

static const struct nor_flash_command *command_of(struct nor_flash *f, uint8_t opcode)
{
    uint8_t foreign = f->chip->registers == NOR_FLASH_MACRONIX ? OTHERS_ONLY : MACRONIX_ONLY;
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].opcode == opcode && !(commands[i].flags & foreign))
            return &commands[i];
    if (f->log) /* inaccuracy 3 */
        log_once(f->log, LOG_KEY | opcode, "flash %s: instruction 0x%02X is not known: ignored", f->chip->name, opcode);
    return NULL;
}

static bool accepts(const struct nor_flash *f, const struct nor_flash_command *c, vtime at)
{
    if (busy(f, at) && !(c->flags & WHEN_BUSY))
        return false;
    if ((c->flags & NEEDS_WEL) && !f->write_enabled)
        return false;
    return !(c->flags & NEEDS_QE) || has_qe(f);
}

static void on_opcode(struct nor_flash *f, uint8_t opcode, vtime at)
{
    const struct nor_flash_command *c = f->deep_power_down ? NULL : command_of(f, opcode);

    f->command = c && accepts(f, c, at) ? c : NULL;
    f->address = 0;
    if (!c || c->finish != finish_reset)
        f->reset_enabled = false;
    memset(f->page, 0xFF, sizeof f->page);
    f->input[0] = f->status;
    memcpy(f->input + 1, f->config, sizeof f->config);
}

int nor_flash_exchange(void *flash, uint8_t out, vtime at)
{
    struct nor_flash *f = flash;
    const struct nor_flash_command *c = f->command;
    uint32_t n = f->taken++;

    if (!n)
        on_opcode(f, out, at);
    if (!n || !c)
        return FLOATING;
    if (n <= c->address) {
        f->address = f->address << 8 | out;
        return FLOATING;
    }
    n -= 1u + c->address;
    if (n < c->dummy)
        return FLOATING;
    n -= c->dummy;
    if (c->in)
        c->in(f, n, out);
    return c->out ? c->out(f, n, at) : FLOATING;
}

static void end_frame(struct nor_flash *f, vtime at)
{
    const struct nor_flash_command *c = f->command;
    uint32_t behind_address;

    if (f->deep_power_down) { /* any frame wakes it */
        f->deep_power_down = false;
        f->ready = at + f->chip->leave_deep_power_down;
        return;
    }
    if (!c || !c->finish)
        return;
    behind_address = 1u + c->address;
    if (c->flags & NEEDS_DATA ? f->taken > behind_address : f->taken == behind_address)
        c->finish(f, at);
}

void nor_flash_select(void *flash, bool selected, vtime at)
{
    struct nor_flash *f = flash;

    if (selected == f->selected)
        return;
    f->selected = selected;
    if (!selected)
        end_frame(f, at);
    f->command = NULL;
    f->taken = 0;
}

void nor_flash_init(struct nor_flash *f, const struct nor_flash_chip *chip, uint8_t *data, struct log *log)
{
    *f = (struct nor_flash){.chip = chip, .data = data, .log = log};
}
