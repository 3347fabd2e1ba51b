/*
 * Recordings of the machine's input, and their replay (host/record.h, host/replay.h).
 */
#include <stdio.h>
#include <string.h>

#include "soc/external_flash.h"
#include "soc/machine.h"

static void describe(struct machine *m, struct record_header *h)
{
    struct soc *s = &m->soc;
    uint64_t hash = trace_hash_bytes(TRACE_HASH_INIT, s->flash, SOC_FLASH_SIZE);
    hash = trace_hash_bytes(hash, s->uicr, UICR_SIZE);
    hash = external_flash_hash(&s->external_flash, hash);
    *h = (struct record_header){.image = trace_hash_bytes(hash, s->ram, SOC_RAM_SIZE), .seed = m->config.seed};
    snprintf(h->version, sizeof h->version, "%s", m->config.version ? m->config.version : "unknown");
    snprintf(h->board, sizeof h->board, "%s", s->board.name);
}

/* What a recording does not tell, because it was written by hand, does not differ. */
static void warn_of_difference(struct machine *m, const struct record_header *was, const struct record_header *is)
{
    const struct {
        const char *what;
        bool differs;
    } parts[] = {
        {"another image", was->image && was->image != is->image},
        {"another version of nrfemu", *was->version && strcmp(was->version, is->version)},
        {"another board", *was->board && strcmp(was->board, is->board)},
        {"another seed", was->image && was->seed != is->seed},
    };
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].differs)
            log_msg(&m->log, LOG_WARN, "%s was recorded with %s: the run may differ", m->config.replay, parts[i].what);
}

bool machine_open_recordings(struct machine *m, char *err, size_t err_size)
{
    const struct machine_config *c = &m->config;
    struct record_header is, was;
    describe(m, &is);
    if (c->replay) {
        m->replay = replay_load(c->replay, &was, &m->soc.sched.now, err, err_size);
        if (!m->replay)
            return false;
        warn_of_difference(m, &was, &is);
        console_replay(&m->console, m->replay);
        m->paced = false; /* nobody is there to wait for */
    }
    if (c->record) {
        m->record = record_create(c->record, &is, &m->soc.sched.now, err, err_size);
        if (!m->record)
            return false;
        console_record(&m->console, m->record);
    }
    return true;
}

bool machine_close_recording(struct machine *m, char *err, size_t err_size)
{
    struct record *r = m->record;
    console_record(&m->console, NULL);
    m->record = NULL;
    if (r && (m->end == MACHINE_END_INTERRUPT || m->end == MACHINE_END_KILLED || m->end == MACHINE_END_CLOSED))
        record_stop(r);
    return record_close(r, err, err_size);
}
