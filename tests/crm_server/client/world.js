// A crm_server of its own for each test, HubSpot's client library on it, and what somebody working in HubSpot does.
'use strict';
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const readline = require('node:readline');
const { test } = require('node:test');
const { Client } = require('@hubspot/api-client');

const TOKEN = 'demo-token';
const NEWSLETTER = 39644612;

class World {
  static async start(options) {
    const world = new World();
    world.process = spawn(process.env.CRM_SERVER, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(readline.createInterface(world.process.stdout), 'line');
    world.url = 'http://' + line.split(' ').pop();
    world.hubspot = world.client();
    return world;
  }

  // The library shares its retries and limits between the clients of a process: the one made last decides.
  client(config = {}) {
    return new Client({ accessToken: TOKEN, basePath: this.url, ...config });
  }

  // The paths that the library has no function for, by its own way to call any: {status, headers, body}.
  async ask(method, path, body, client = this.hubspot) {
    const answer = await client.apiRequest({ method, path, body });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
  }

  async control(path, body) {
    const answer = await fetch(this.url + '/_control/' + path, body && { method: 'POST', body: JSON.stringify(body) });
    const value = await answer.json();
    if (!answer.ok) throw new Error(value.message);
    return value;
  }

  // A contact's id, as the API writes it.
  async create(email, first = 'First', last = 'Last') {
    return String(await this.control('contacts', { do: 'create', email, first, last }));
  }

  change(kind, what) {
    return this.control('contacts', { do: kind, ...what });
  }

  optOut(email) {
    return this.change('opt_out', { email });
  }

  settings(settings) {
    return this.control('settings', settings);
  }

  fault(kind, what = {}) {
    return this.control('faults', { kind, ...what });
  }

  async stop() {
    this.process.kill();
    await once(this.process, 'exit');
  }
}

// A test with a world of its own.
function withWorld(name, check, ...options) {
  test(name, async () => {
    const world = await World.start(options);
    try {
      await check(world);
    } finally {
      await world.stop();
    }
  });
}

// The error of a call that has to fail.
async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('the call succeeded');
}

module.exports = { NEWSLETTER, failure, withWorld };
