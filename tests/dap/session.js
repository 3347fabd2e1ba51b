'use strict';
/*
 * session.js NRFEMU ELF SOURCE: whole debug sessions with the adapter of Eclipse CDT's VS Code extension, with the
 * configurations of .vscode/launch.json. ELF is the sample 30-nested-float, SOURCE its main.c.
 */
const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');
const { checkExamples, configuration, task } = require('./examples');
const { Adapter, PATIENCE, check, part, lineOf, tally } = require('./adapter');

const [nrfemu, elf, source] = process.argv.slice(2).map((name) => path.resolve(name));
const executable = require.resolve('cdt-gdb-adapter/dist/debugTargetAdapter.js');
const alarmLine = lineOf(source, 'float excess = channel.level');
const smoothLine = lineOf(source, 'channel.level = smooth(');
const pendLine = lineOf(source, 'NVIC->ISPR[0] = 1u << ALARM_IRQn');
const countLine = lineOf(source, 'samples++;');
const multiplyLine = lineOf(source, 'y = y * factor + x;');
const scaleLine = lineOf(source, 'scaled = scale(');

/* The adapter starts nrfemu itself, as for F5. */
async function launch() {
    const adapter = new Adapter(executable);
    await adapter.start();
    await adapter.initializeRequest({ adapterID: 'nrfemu', pathFormat: 'path', supportsMemoryReferences: true });
    const initialized = adapter.waitForEvent('initialized', PATIENCE);
    const example = configuration('nrfemu (CDT)');
    await adapter.launchRequest({
        ...example,
        program: elf,
        initCommands: [],
        target: { ...example.target, server: nrfemu, serverParameters: ['run', '--gdb', '0', '--halt', elf] },
    });
    await initialized;
    return adapter;
}

async function aBreakpointInAHandler(adapter) {
    const set = await adapter.breakpoints(source, { line: alarmLine });
    check('a breakpoint by line is verified', set.body.breakpoints[0].verified, set.body);
    const stop = await adapter.stopAfter(adapter.configurationDoneRequest());
    check('it is hit', stop.reason === 'breakpoint' && stop.line === alarmLine, stop);
    return stop;
}

/* The alarm preempted SysTick's handler, which preempted the thread; both frames hold the FPU's registers. */
async function theStack(adapter, stop) {
    const names = stop.stack.map((frame) => frame.name);
    const expected = ['SWI0_EGU0_IRQHandler', '<signal handler called>', 'SysTick_Handler', '<signal handler called>'];
    check('the stack of nested handlers', expected.every((name, i) => names[i] === name), names);
    check('down to main', names.at(-1) === 'main' && names.length >= 5, names);
    check('source files are found', stop.top.source.path === source, stop.top.source);
    const excReturn = parseInt(await adapter.value('(unsigned)$lr', stop.top), 10) >>> 0;
    check('the frame is an extended one', excReturn === 0xffffffe1, excReturn.toString(16));
    check('a variable of main', (await adapter.value('reported', stop.stack.at(-1))) === '0',
        await adapter.value('reported', stop.stack.at(-1)));
    const sp = [];
    for (const frame of stop.stack)
        sp.push(Number(await adapter.value('(unsigned)$sp', frame)));
    check('a frame of 26 words between the handlers', sp[2] - sp[0] >= 26 * 4 && sp[4] - sp[2] >= 26 * 4, sp);
}

/* By the names that gdb's unwinder knows; it takes $s0 and the like from the innermost frame. */
async function floats(adapter, frame) {
    const values = [];
    for (let i = 0; i < 8; i++)
        values.push(await adapter.value(`$d${i}`, frame));
    values.push(await adapter.value('$fpscr', frame));
    return values.join(' ');
}

/* SysTick is pended by hand, so that nothing of the thread runs before it. */
async function registersInTheFrame(adapter) {
    await adapter.breakpoints(source, { line: multiplyLine });
    const stop = await adapter.goOn();
    const before = await floats(adapter, stop.top);
    check('the FPU is in use', stop.name === 'scale' && /[1-9]/.test(before), before);
    await adapter.value(`*(unsigned *)0xE000ED04 = 1 << 26`);
    await adapter.breakpoints(source, { line: countLine });
    const inside = await adapter.goOn();
    check('in the handler', inside.name === 'SysTick_Handler' && inside.stack[2].name === 'scale', inside);
    const now = await floats(adapter, inside.top), saved = await floats(adapter, inside.stack[2]);
    check('which computes, too', now !== before, now);
    check('registers of the FPU, out of the exception frame', saved === before, [before, saved]);
    await adapter.breakpoints(source);
}

async function variablesAndRegisters(adapter, stop) {
    const locals = await adapter.variables(stop.top, 'Local');
    check('local variables', 'excess' in locals.of, locals.of);
    const registers = await adapter.variables(stop.top, 'Registers');
    check('registers of core and FPU', ['r0', 'pc', 'xpsr', 's0', 'fpscr', 'msp', 'control'].every((r) => r in registers.of),
        Object.keys(registers.of));
    const after = await adapter.next();
    check('next', after.line > alarmLine && after.name === 'SWI0_EGU0_IRQHandler', after);
    const excess = Number(await adapter.value('excess', after.top));
    const level = Number(await adapter.value('channel.level', after.top));
    check('floating-point values', level > 6 && Math.abs(level - 6 - excess) < 1e-3, [level, excess]);
    const { reference } = await adapter.variables(after.top, 'Local');
    await adapter.setVariableRequest({ variablesReference: reference, name: 'excess', value: '0.125' });
    check('a variable is set', (await adapter.value('excess', after.top)) === '0.125', await adapter.value('excess'));
}

async function conditions(adapter) {
    await adapter.breakpoints(source, { line: countLine, condition: 'samples == 20' });
    const first = await adapter.goOn();
    check('a condition', first.line === countLine && (await adapter.value('samples')) === '20',
        [first.line, await adapter.value('samples')]);
    await adapter.breakpoints(source, { line: countLine, hitCondition: '> 5' });
    const second = await adapter.goOn();
    const samples = await adapter.value('samples');
    check('a hit condition', second.line === countLine && Number(samples) >= 25, samples);
    await adapter.breakpoints(source, { line: countLine, logMessage: 'one more' }, { line: pendLine });
    adapter.output = '';
    await adapter.goOn();
    await adapter.goOn();
    check('a log point', adapter.output.includes('one more'), adapter.output);
}

async function dataBreakpoints(adapter) {
    await adapter.breakpoints(source);
    const before = Number(await adapter.value('alarms'));
    const info = await adapter.dataBreakpointInfoRequest({ name: 'alarms' });
    await adapter.setDataBreakpointsRequest({ breakpoints: [{ dataId: info.body.dataId, accessType: 'write' }] });
    const stop = await adapter.goOn();
    check('a data breakpoint', stop.reason !== 'breakpoint' && stop.name === 'SWI0_EGU0_IRQHandler', stop);
    check('the value has just changed', Number(await adapter.value('alarms')) === before + 1, await adapter.value('alarms'));
    await adapter.setDataBreakpointsRequest({ breakpoints: [] });
}

async function stepping(adapter) {
    await adapter.breakpoints(source, { line: smoothLine, condition: 'samples % 16 == 12' });
    await adapter.goOn();
    await adapter.breakpoints(source);
    const inside = await adapter.stopAfter(adapter.stepInRequest({ threadId: 1 }));
    check('step in', inside.name === 'smooth' && inside.stack[1].name === 'SysTick_Handler', inside);
    const out = await adapter.stopAfter(adapter.stepOutRequest({ threadId: 1 }));
    check('step out', out.name === 'SysTick_Handler' && out.line === smoothLine, out);
    let stop = await adapter.next();
    check('next, to the decision', stop.line === smoothLine + 1, stop);
    stop = await adapter.next();
    check('next, to what pends the alarm', stop.line === pendLine, stop);
    const alarms = Number(await adapter.value('alarms'));
    for (let i = 0; i < 6 && stop.line !== countLine; i++)
        stop = await adapter.next();
    check('next goes over the alarm\'s handler', stop.line === countLine && stop.name === 'SysTick_Handler', stop);
    check('which has run meanwhile', Number(await adapter.value('alarms')) === alarms + 1, await adapter.value('alarms'));
    const pc = Number(await adapter.value('(unsigned)$pc'));
    await adapter.stopAfter(adapter.nextRequest({ threadId: 1, granularity: 'instruction' }));
    const moved = Number(await adapter.value('(unsigned)$pc')) - pc;
    check('an instruction', moved === 2 || moved === 4, moved);
}

/* Two hundred lines of the thread take some times SysTick's period: handlers run within the steps, and are not seen. */
async function steppingInTheThread(adapter) {
    await adapter.breakpoints(source, { line: scaleLine });
    await adapter.goOn();
    await adapter.breakpoints(source);
    const samples = Number(await adapter.value('samples'));
    const names = new Set();
    for (let i = 0; i < 200; i++)
        names.add((await adapter.next()).name);
    check('steps in the thread stay in it', names.size === 1 && names.has('main'), [...names]);
    const taken = Number(await adapter.value('samples')) - samples;
    check('though samples were taken', taken > 0, taken);
}

async function memory(adapter) {
    const memoryReference = await adapter.value('&rounds');
    const address = memoryReference.match(/0x[0-9a-f]+/)[0];
    const read = await adapter.customRequest('readMemory', { memoryReference: address, count: 4 });
    check('memory is read', Buffer.from(read.body.data, 'base64').readUInt32LE() === 200, read.body);
    const data = Buffer.alloc(4);
    data.writeUInt32LE(0x40000000);
    await adapter.customRequest('writeMemory', { memoryReference: address, data: data.toString('base64') });
    check('memory is written', (await adapter.value('rounds')) === String(0x40000000), await adapter.value('rounds'));
}

async function disassembly(adapter) {
    const pc = await adapter.value('$pc');
    const memoryReference = pc.match(/0x[0-9a-f]+/)[0];
    const { instructions } = (await adapter.disassembleRequest({ memoryReference, instructionCount: 20 })).body;
    check('twenty instructions', instructions.length === 20 && Number(instructions[0].address) === Number(memoryReference),
        instructions[0]);
    check('with their code', instructions.every((i) => /^[a-z]/.test(i.instruction)), instructions.map((i) => i.instruction));
    const at = instructions[3].address;
    await adapter.customRequest('setInstructionBreakpoints', { breakpoints: [{ instructionReference: at }] });
    const stop = await adapter.goOn();
    check('an instruction breakpoint', Number(stop.top.instructionPointerReference) === Number(at), [at, stop.top]);
    await adapter.customRequest('setInstructionBreakpoints', { breakpoints: [] });
}

async function pause(adapter) {
    await adapter.continueRequest({ threadId: 1 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stop = await adapter.stopAfter(adapter.pauseRequest({ threadId: 1 }));
    check('pause', stop.stack.at(-1).name === 'main', stop);
    const samples = await adapter.value('samples');
    check('nothing moves while it is paused', samples === (await adapter.value('samples')), samples);
}

async function restart(adapter) {
    await adapter.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'start' }] });
    await adapter.customRequest('cdt-gdb-adapter/customReset');
    const stop = await adapter.goOn();
    check('after a reset, to a function\'s breakpoint', stop.name === 'start', stop);
    check('from the beginning', (await adapter.value('samples')) === '0', await adapter.value('samples'));
    await adapter.setFunctionBreakpointsRequest({ breakpoints: [] });
}

async function disconnectEndsTheServer(adapter) {
    await adapter.disconnectRequest({});
    await adapter.stop();
    check('the server ends with its session', /gdbserver (killed|exited)/.test(adapter.output), adapter.output.slice(-300));
}

async function launchedSession() {
    const adapter = await launch();
    let stop;
    await part('breakpoint', async () => (stop = await aBreakpointInAHandler(adapter)));
    await part('stack', () => theStack(adapter, stop));
    await part('variables', () => variablesAndRegisters(adapter, stop));
    await part('registers in the frame', () => registersInTheFrame(adapter));
    await part('conditions', () => conditions(adapter));
    await part('data breakpoints', () => dataBreakpoints(adapter));
    await part('stepping', () => stepping(adapter));
    await part('stepping in the thread', () => steppingInTheThread(adapter));
    await part('memory', () => memory(adapter));
    await part('disassembly', () => disassembly(adapter));
    await part('pause', () => pause(adapter));
    await part('restart', () => restart(adapter));
    await part('disconnect', () => disconnectEndsTheServer(adapter));
}

/* ---- a server that somebody else started: a task, as in .vscode/tasks.json ---------------------------------------- */

function startServer() {
    const server = spawn(nrfemu, ['run', '--gdb', '0', '--halt', elf], { stdio: ['ignore', 'ignore', 'pipe'] });
    const ready = new RegExp(task('nrfemu: serve').problemMatcher.background.endsPattern);
    let said = '';
    const port = new Promise((resolve, reject) => {
        server.stderr.on('data', (data) => {
            said += data;
            if (ready.test(said))
                resolve(said.match(/port (\d+) for gdb/)[1]);
        });
        server.on('exit', () => reject(new Error(`no port: ${said}`)));
    });
    return { server, port };
}

/* With a second gdb for what is asked while the target runs. */
async function attach(port) {
    const adapter = new Adapter(executable);
    await adapter.start();
    await adapter.initializeRequest({ adapterID: 'nrfemu', pathFormat: 'path' });
    const initialized = adapter.waitForEvent('initialized', PATIENCE);
    const example = JSON.stringify(configuration('nrfemu in a terminal (CDT)')).replaceAll('localhost:3333', `localhost:${port}`);
    await adapter.attachRequest({ ...JSON.parse(example), program: elf, initCommands: [] });
    await initialized;
    await adapter.breakpoints(source, { line: scaleLine });
    return adapter;
}

/* What another gdb says on the side does not stop the target. */
async function lookingWhileItRuns(adapter) {
    const stop = await adapter.stopAfter(adapter.configurationDoneRequest());
    check('it is halted at first', stop.line === scaleLine, stop);
    await adapter.breakpoints(source);
    await adapter.value(`rounds = ${0x40000000}`);
    const address = (await adapter.value('&samples')).match(/0x[0-9a-f]+/)[0];
    let stops = 0;
    adapter.on('stopped', () => stops++);
    await adapter.continueRequest({ threadId: 1 });
    const read = async () => (await adapter.customRequest('readMemory', { memoryReference: address, count: 4 })).body.data;
    const first = await read();
    const end = Date.now() + PATIENCE;
    let later = first;
    while (later === first && Date.now() < end)
        later = await read();
    check('memory changes while it runs', later !== first, [first, later]);
    check('and it has not stopped', stops === 0, stops);
}

async function leaveAndComeBack(adapter, port) {
    await adapter.disconnectRequest({});
    await adapter.stop();
    const again = await attach(port);
    const stop = await again.stopAfter(again.configurationDoneRequest());
    check('after a disconnect: another session', stop.line === scaleLine, stop);
    check('with the machine as it was', Number(await again.value('rounds')) === 0x40000000, await again.value('rounds'));
    await again.disconnectRequest({});
    await again.stop();
}

async function attachedSession() {
    const { server, port } = startServer();
    const adapter = await attach(await port);
    await part('while it runs', () => lookingWhileItRuns(adapter));
    await part('again', async () => leaveAndComeBack(adapter, await port));
    check('the server outlives its sessions', server.exitCode === null, server.exitCode);
    server.kill();
}

(async () => {
    await part('examples', async () => checkExamples());
    await part('launch', launchedSession);
    await part('attach', attachedSession);
    console.log(`${tally.passed} passed, ${tally.failed} failed`);
    process.exit(tally.failed ? 1 : 0);
})();
