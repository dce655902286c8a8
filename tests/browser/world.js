// A real daemon with a console on a TCP port, a simulated HubSpot as one account's CRM, and what people do on either side.
'use strict';
const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const ROLES = ['viewer', 'operator', 'support', 'admin'];

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// Asks until the condition holds; the deadline only bounds a failure.
async function waitFor(condition, what, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('never came true: ' + what);
}

function configuration(world, accounts) {
  const tokens = ROLES.map((role) => ({ name: role, role, sha256: createHash('sha256').update(role).digest('hex') }));
  return {
    store: { path: world.file('store.db') },
    api: {
      socket: world.file('control.sock'),
      listen: `127.0.0.1:${world.port}`,
      public_url: 'https://mail.example.com',
      tokens,
    },
    accounts,
  };
}

class World {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crmsyncd-browser-'));
    this.children = [];
  }

  file(name) {
    return path.join(this.folder, name);
  }

  // lakeside: its CRM is a simulated HubSpot. harbour: its CRM writes an export. walkins: managed here. archive: managed
  // here, and nobody may resubscribe.
  static async start() {
    const world = new World();
    await world.startCrm();
    fs.mkdirSync(world.file('outgoing'));
    world.export([]);
    const schedule = { every: '7d', full_every: '30d' };
    const csv = { id: 'harbour-csv', connector: 'csv', path: world.file('export.csv'), outgoing: world.file('outgoing'), schedule };
    const token = { file: world.file('token') };
    const hubspot = { id: 'lakeside-hubspot', connector: 'hubspot', token, base_url: world.crm, schedule };
    await world.configure([
      { id: 'walkins', name: 'Walk-ins', resubscribe: 'allowed' },
      { id: 'harbour', name: 'Harbour Realty', resubscribe: 'allowed', connections: [csv] },
      { id: 'lakeside', name: 'Lakeside Sailing', resubscribe: 'allowed', connections: [hubspot] },
      { id: 'archive', name: 'Old archive' },
    ]);
    await world.startDaemon();
    return world;
  }

  // One account whose CRM has this many contacts, read before the daemon serves them.
  static async withContacts(count) {
    const world = new World();
    world.exportMany(count);
    const csv = { id: 'big-csv', connector: 'csv', path: world.file('export.csv'), schedule: { every: '7d', full_every: '30d' } };
    await world.configure([{ id: 'big', name: 'Big', connections: [csv] }]);
    const first = spawn(process.env.CRMSYNCD, ['--config', world.file('config.json'), '--once'], { stdio: 'ignore' });
    const [code] = await once(first, 'exit');
    if (code !== 0) throw new Error(`the first load ended with ${code}`);
    await world.startDaemon();
    return world;
  }

  async configure(accounts) {
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    fs.writeFileSync(this.file('config.json'), JSON.stringify(configuration(this, accounts)));
  }

  async startDaemon() {
    const log = fs.openSync(this.file('log'), 'a');
    const child = spawn(process.env.CRMSYNCD, ['--config', this.file('config.json')], { stdio: ['ignore', 'ignore', log] });
    this.children.push(child);
    const ready = async () => {
      if (child.exitCode !== null) throw new Error(fs.readFileSync(this.file('log'), 'utf8'));
      return fetch(this.url + '/readyz').then((answer) => answer.ok, () => false);
    };
    await waitFor(ready, 'the daemon is ready');
  }

  async startCrm() {
    fs.writeFileSync(this.file('token'), 'demo-token\n', { mode: 0o600 });
    const child = spawn(process.env.CRM_SERVER, ['--token-file', this.file('token')], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.children.push(child);
    const [line] = await once(readline.createInterface(child.stdout), 'line');
    this.crm = 'http://' + line.split(' ').pop();
  }

  async stop() {
    for (const child of this.children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    fs.rmSync(this.folder, { recursive: true });
  }

  // --- the API, as a script uses it ---
  async ask(method, where, body, { role = 'admin', type = 'application/json' } = {}) {
    const headers = { Authorization: 'Bearer ' + role, 'Content-Type': type };
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(this.url + '/api/v1/' + where, { method, headers, body: text });
    const value = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${where}: ${JSON.stringify(value)}`);
    return value;
  }

  get(where) {
    return this.ask('GET', where);
  }

  contact(email, account) {
    return this.get(`contacts/${encodeURIComponent(email)}?account=${account}`);
  }

  unsubscribe(email, account) {
    return this.ask('POST', 'contacts/unsubscribe', { account, email });
  }

  event(type, email, account) {
    return this.ask('POST', 'events', { account, type, email });
  }

  async job(id) {
    const ended = async () => {
      const job = await this.get('jobs/' + id);
      return !['waiting', 'running'].includes(job.state) && job;
    };
    return waitFor(ended, `job ${id} ends`);
  }

  // A file of contacts for an account without a CRM; rows: [email, name].
  async import(account, rows) {
    const quoted = (text) => '"' + text.replaceAll('"', '""') + '"';
    const text = ['email,name', ...rows.map((row) => row.map(quoted).join(','))].join('\n') + '\n';
    const job = await this.ask('POST', 'imports?account=' + account, text, { type: 'text/csv' });
    return this.job(job.id);
  }

  sync(connection) {
    return this.ask('POST', `connections/${connection}/sync`, { mode: 'full', wait: true });
  }

  // --- the CRMs ---
  // HubSpot: {do: 'create', email, first, last}, {do: 'opt_out', email}, ...
  async inHubspot(change) {
    const answer = await fetch(this.crm + '/_control/contacts', { method: 'POST', body: JSON.stringify(change) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  }

  // The other CRM writes its export anew; rows: [id, email, opted out].
  export(rows) {
    this.exported = (this.exported ?? 0) + 1;
    const minute = String(this.exported % 60).padStart(2, '0');
    const lines = rows.map(([id, email, out]) => `${id},First,Last${id},${email},${out ? 'Yes' : 'No'},2026-01-01 10:${minute}`);
    const header = 'Record ID,First Name,Last Name,Email,Unsubscribed from all email,Last Modified Date';
    fs.writeFileSync(this.file('export.part'), [header, ...lines].join('\n') + '\n');
    fs.renameSync(this.file('export.part'), this.file('export.csv'));
  }

  // Every tenth has opted out. Written in pieces, and as if it had lain there for a while.
  exportMany(count) {
    const out = fs.openSync(this.file('export.csv'), 'w');
    let text = 'Record ID,First Name,Last Name,Email,Unsubscribed from all email,Last Modified Date\n';
    for (let i = 1; i <= count; ++i) {
      text += `${i},Person,Number ${i},person.${i}@example${i % 997}.com,${i % 10 ? 'No' : 'Yes'},2026-01-01 10:00\n`;
      if (text.length < 1 << 20 && i < count) continue;
      fs.writeSync(out, text);
      text = '';
    }
    fs.writeSync(out, text);
    fs.closeSync(out);
    const settled = Date.now() / 1000 - 60;
    fs.utimesSync(this.file('export.csv'), settled, settled);
  }
}

module.exports = { ROLES, World, waitFor };
