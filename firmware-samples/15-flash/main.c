/*
 * The last page of flash, and UICR, through the NVMC.
 */
#include <stdbool.h>

#include "console.h"

enum { PAGE_SIZE = 4096, PAGE_WORDS = PAGE_SIZE / 4 };
#define PAGE          0x000FF000u
#define PREVIOUS_PAGE 0x000FE000u

static volatile uint32_t *word_at(uint32_t addr) { return (volatile uint32_t *)addr; }

static void nvmc_wait(void)
{
    while (!NRF_NVMC->READY)
        ;
}

static void nvmc_mode(uint32_t mode)
{
    NRF_NVMC->CONFIG = mode;
    nvmc_wait();
}

static void flash_write(volatile uint32_t *at, uint32_t value)
{
    nvmc_mode(NVMC_CONFIG_WEN);
    *at = value;
    nvmc_wait();
    nvmc_mode(NVMC_CONFIG_REN);
}

static void flash_erase(uint32_t page)
{
    nvmc_mode(NVMC_CONFIG_EEN);
    NRF_NVMC->ERASEPAGE = page;
    nvmc_wait();
    nvmc_mode(NVMC_CONFIG_REN);
}

/* One erase of 85 ms, in pieces of 10 ms each. */
static void flash_erase_in_parts(uint32_t page)
{
    nvmc_mode(NVMC_CONFIG_EEN);
    NRF_NVMC->ERASEPAGEPARTIALCFG = 10;
    for (unsigned i = 0; i < 9; i++) {
        NRF_NVMC->ERASEPAGEPARTIAL = page;
        nvmc_wait();
    }
    nvmc_mode(NVMC_CONFIG_REN);
}

static unsigned erased_words(uint32_t page)
{
    unsigned n = 0;

    for (unsigned i = 0; i < PAGE_WORDS; i++)
        n += word_at(page)[i] == 0xFFFFFFFF;
    return n;
}

static void show_page(void)
{
    flash_erase(PAGE);
    print("erased: %u of %u words are ffffffff\n", erased_words(PAGE), PAGE_WORDS);
    for (unsigned i = 0; i < 8; i++)
        flash_write(word_at(PAGE) + i, 0x11111111 * i);
    print("written:");
    for (unsigned i = 0; i < 8; i++)
        print(" %08x", word_at(PAGE)[i]);
    print("\nerased words left: %u\n", erased_words(PAGE));
}

static void show_bits_only_fall(void)
{
    volatile uint32_t *at = word_at(PAGE + 64);

    flash_write(at, 0xFFFF00FF);
    print("ffff00ff written: %08x\n", *at);
    flash_write(at, 0x0F0F0F0F);
    print("0f0f0f0f on top:  %08x\n", *at);
}

static void show_neighbours(void)
{
    flash_erase(PREVIOUS_PAGE);
    flash_write(word_at(PREVIOUS_PAGE) + PAGE_WORDS - 1, 0xCAFE0000);
    flash_erase(PAGE);
    print("next page erased: %u words, the word before it: %08x\n", erased_words(PAGE), *word_at(PAGE - 4));
    flash_erase_in_parts(PREVIOUS_PAGE);
    print("erased in parts: %u words\n", erased_words(PREVIOUS_PAGE));
}

static void show_uicr(void)
{
    nvmc_mode(NVMC_CONFIG_EEN);
    NRF_NVMC->ERASEUICR = 1;
    nvmc_wait();
    nvmc_mode(NVMC_CONFIG_REN);
    print("UICR erased: CUSTOMER[0]=%08x\n", NRF_UICR->CUSTOMER[0]);
    flash_write(&NRF_UICR->CUSTOMER[0], 0x12345678);
    flash_write(&NRF_UICR->CUSTOMER[31], 0x87654321);
    print("UICR written: CUSTOMER[0]=%08x CUSTOMER[31]=%08x\n", NRF_UICR->CUSTOMER[0], NRF_UICR->CUSTOMER[31]);
}

int main(void)
{
    console_init();
    print("page size %u, %u pages, part %05x\n", NRF_FICR->CODEPAGESIZE, NRF_FICR->CODESIZE, NRF_FICR->INFO_PART);
    show_page();
    show_bits_only_fall();
    show_neighbours();
    show_uicr();
    finish();
}
