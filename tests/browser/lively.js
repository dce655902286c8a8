// A world in which every view of the console has something to show: used by the tests that look at all of them.
'use strict';

const NAMES = ['Ann Abel', 'Bea Baker', 'Carl Clark', 'Dora Dale', 'Emil Ellis', 'Finn Frost', 'Gwen Grant', 'Hugo Hale'];

const row = (i, out = false) => [i, `client${String(i).padStart(3, '0')}@example.com`, out];

async function walkIns(world) {
  await world.import('walkins', NAMES.flatMap((name, i) => Array.from({ length: 10 }, (_, n) =>
    [`${name.split(' ')[0].toLowerCase()}.${n}@example.com`, `${name} ${'I'.repeat(n % 3 + 1)}`].map((one) => one.trim()))));
  const events = [['unsubscribe', 'ann.1'], ['unsubscribe', 'bea.2'], ['hard_bounce', 'carl.3'], ['spam_complaint', 'dora.4'],
    ['failed_validation', 'emil.5'], ['unsubscribe', 'gwen.7']];
  for (const [type, who] of events) await world.event(type, who + '@example.com', 'walkins');
  await world.unsubscribe('finn.6@example.com', 'walkins');
  await world.unsubscribe('ann.1@example.com', 'walkins');
}

// A mass change by mistake: its run is held.
async function held(world) {
  world.export(Array.from({ length: 100 }, (_, i) => row(i + 1, i % 10 === 0)));
  await world.sync('harbour-csv');
  world.export(Array.from({ length: 100 }, (_, i) => row(i + 1, i % 10 !== 5)));
  return world.sync('harbour-csv');
}

async function hubspot(world) {
  for (const [first, last] of NAMES.map((name) => name.split(' ')))
    await world.inHubspot({ do: 'create', email: `${first}.${last}@example.com`.toLowerCase(), first, last });
  await world.inHubspot({ do: 'opt_out', email: 'ann.abel@example.com' });
  await world.sync('lakeside-hubspot');
  await world.unsubscribe('bea.baker@example.com', 'lakeside');
}

async function bulk(world) {
  const selection = await world.ask('POST', 'selections', { account: 'walkins', filter: { status: 'unsubscribed' } });
  const confirmation = { permission: true, statement: 'signed up again at the open day', count: selection.count };
  const job = await world.ask('POST', 'jobs', { kind: 'resubscribe', selection: selection.id, confirmation });
  await world.job(job.id);
  await world.event('unsubscribe', 'ann.1@example.com', 'walkins');
  return { selection, job };
}

// What the paths of the views name: {run, job, selection, contact, integrated}.
async function lively(world) {
  await walkIns(world);
  const run = await held(world);
  await hubspot(world);
  const { selection, job } = await bulk(world);
  const contact = await world.contact('ann.1@example.com', 'walkins');
  const integrated = await world.contact('ann.abel@example.com', 'lakeside');
  return { run: run.id, job: job.id, selection: selection.id, contact: contact.id, integrated: integrated.id };
}

module.exports = { lively, row };
