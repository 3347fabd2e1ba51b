/*
 * Fault handlers that write down what happened and let the program go on behind the instruction that caused it.
 *
 * Only the samples that name faults.c in module.mk have them.
 */
#ifndef SAMPLES_FAULTS_H
#define SAMPLES_FAULTS_H

#include <stdint.h>

#include "nrf52840.h"

struct fault {
    uint32_t exception; /* 3 HardFault, 4 MemManage, 5 BusFault, 6 UsageFault; 0: none since faults_expect() */
    uint32_t count;
    uint32_t cfsr, hfsr, mmfar, bfar;
    uint32_t pc; /* as stacked */
};

extern volatile struct fault faults_last;

/* Enables the three configurable faults, so that they do not escalate to HardFault. */
void faults_enable(void);

/* Forgets the last fault. */
void faults_expect(void);

/* One line: title, exception, CFSR, and those of HFSR, MMFAR and BFAR that mean something. */
void faults_print(const char *title);

#endif
