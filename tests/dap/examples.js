'use strict';
/*
 * The examples in .vscode, as VS Code would read them for this folder.
 */
const fs = require('fs');
const path = require('path');
const { check } = require('./adapter');

const root = path.resolve(__dirname, '../..');

function read(name) {
    return JSON.parse(fs.readFileSync(path.join(root, '.vscode', name), 'utf8').replace(/^\s*\/\/.*$/gm, ''));
}

const settings = read('settings.json');

function substitute(value) {
    if (typeof value === 'string')
        return value.replace(/\$\{workspaceFolder\}/g, root).replace(/\$\{config:([^}]*)\}/g, (_, name) => settings[name]);
    if (Array.isArray(value))
        return value.map(substitute);
    if (value && typeof value === 'object')
        return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, substitute(part)]));
    return value;
}

const { configurations } = substitute(read('launch.json'));
const { tasks } = substitute(read('tasks.json'));

const configuration = (name) => configurations.find((c) => c.name === name);
const task = (label) => tasks.find((t) => t.label === label);

/* Everything that a configuration names is there, and nothing was left to substitute. */
function checkExamples() {
    for (const c of configurations) {
        const files = [c.executable, c.program, c.serverpath, c.gdbPath, c.target && c.target.server];
        const missing = files.filter((file) => file && file.includes('/') && !fs.existsSync(file));
        check(`${c.name}: files`, missing.length === 0, missing);
        check(`${c.name}: task`, task(c.preLaunchTask), c.preLaunchTask);
        check(`${c.name}: variables`, !JSON.stringify(c).includes('${'), c);
    }
    for (const t of tasks)
        check(`${t.label}: depends on a task`, !t.dependsOn || task(t.dependsOn), t.dependsOn);
}

module.exports = { checkExamples, configuration, task };
