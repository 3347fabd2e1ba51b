'use strict';
/*
 * A debug adapter from npm, driven by its protocol, with a count of what was as expected.
 */
const fs = require('fs');
const path = require('path');
const { DebugClient } = require('@vscode/debugadapter-testsupport');

const PATIENCE = 30000; // milliseconds; only a failure takes them
const tally = { passed: 0, failed: 0 };

function check(what, good, seen) {
    if (good)
        tally.passed++;
    else {
        tally.failed++;
        console.log(`FAIL ${what}: ${JSON.stringify(seen)}`);
    }
    return good;
}

/* A part of a session; what it throws is one failure, and the rest goes on. */
async function part(what, body) {
    try {
        await body();
    } catch (error) {
        check(what, false, error.message);
    }
}

/* The number of the only line of a file that holds the text. */
function lineOf(file, text) {
    const found = [];
    fs.readFileSync(file, 'utf8').split('\n').forEach((line, i) => line.includes(text) && found.push(i + 1));
    if (found.length !== 1)
        throw new Error(`${text}: ${found.length} lines of ${path.basename(file)}`);
    return found[0];
}

class Adapter extends DebugClient {
    constructor(executable) {
        super('node', executable, 'nrfemu');
        this.defaultTimeout = PATIENCE;
        this.output = '';
        this.on('output', (event) => (this.output += event.body.output));
    }

    /* Asks for something that lets the target run, and waits for the stop. */
    async stopAfter(request) {
        const stopped = this.waitForEvent('stopped', PATIENCE);
        await request;
        const { reason, threadId } = (await stopped).body;
        const stack = (await this.stackTraceRequest({ threadId })).body.stackFrames;
        this.top = stack[0];
        return { reason, threadId, stack, top: stack[0], line: stack[0].line, name: stack[0].name };
    }

    goOn() {
        return this.stopAfter(this.continueRequest({ threadId: 1 }));
    }

    next() {
        return this.stopAfter(this.nextRequest({ threadId: 1 }));
    }

    breakpoints(file, ...list) {
        return this.setBreakpointsRequest({ source: { path: file }, breakpoints: list });
    }

    /* As a frame sees it, usually the innermost of the last stop. */
    async value(expression, frame = this.top) {
        return (await this.evaluateRequest({ expression, frameId: frame.id, context: 'watch' })).body.result;
    }

    /* Of a frame, by the name of its scope. */
    async variables(frame, scope) {
        const { scopes } = (await this.scopesRequest({ frameId: frame.id })).body;
        const reference = scopes.find((s) => s.name === scope).variablesReference;
        const { variables } = (await this.variablesRequest({ variablesReference: reference })).body;
        return { reference, of: Object.fromEntries(variables.map((v) => [v.name, v.value])) };
    }
}

module.exports = { Adapter, PATIENCE, check, part, lineOf, tally };
