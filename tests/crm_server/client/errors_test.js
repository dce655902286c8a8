// Who the account and the token are, what is refused, and what HubSpot's client library makes of it.
'use strict';
const assert = require('node:assert/strict');
const { failure, withWorld } = require('./world.js');

const page = (client) => client.crm.contacts.basicApi.getPage(10);
const search = (client) =>
  client.crm.contacts.searchApi.doSearch({ filterGroups: [], sorts: [], properties: [], limit: 10, after: '0' });

withWorld('the account says who it is and what time it keeps', async (world) => {
  for (const version of ['2026-09', '2026-03', 'v3']) {
    const { status, body } = await world.ask('GET', `/account-info/${version}/details`);
    assert.equal(status, 200);
    assert.deepEqual([body.portalId, body.timeZone, body.utcOffset, body.utcOffsetMilliseconds],
      [1234567, 'Europe/Berlin', '+01:00', 3600000]);
  }
});

withWorld('the token says what its scopes are', async (world) => {
  await world.settings({ scopes: ['crm.objects.contacts.read', 'communication_preferences.read_write'] });
  const { status, body } = await world.ask('POST', '/oauth/v2/private-apps/get/access-token-info', { tokenKey: 'demo-token' });
  assert.equal(status, 200);
  assert.equal(body.hubId, 1234567);
  assert.deepEqual([...body.scopes].sort(), ['communication_preferences.read_write', 'crm.objects.contacts.read']);
});

withWorld('a wrong token is refused, whatever is asked for', async (world) => {
  const wrong = world.client({ accessToken: 'another' });
  const calls = [
    page(wrong),
    search(wrong),
    wrong.crm.contacts.batchApi.archive({ inputs: [{ id: '100001' }] }),
    wrong.crm.properties.coreApi.getByName('contacts', 'email'),
    wrong.communicationPreferences.statusApi.unsubscribe({ emailAddress: 'ann@example.com', subscriptionId: '39644612' }),
  ];
  for (const call of calls) {
    const error = await failure(call);
    assert.equal(error.code, 401);
    assert.equal(error.body.category, 'INVALID_AUTHENTICATION');
    assert.equal(typeof error.body.correlationId, 'string');
  }
  const { total } = await search(world.client());
  assert.equal(total, 3);
}, '--seed', '3');

withWorld('a scope that the token lacks is named, and nothing is changed', async (world) => {
  await world.settings({ scopes: ['crm.objects.contacts.read'] });
  const { basicApi, batchApi } = world.hubspot.crm.contacts;
  const { statusApi } = world.hubspot.communicationPreferences;
  const needed = async (call, scope) => {
    const error = await failure(call);
    assert.equal(error.code, 403);
    assert.equal(error.body.category, 'MISSING_SCOPES');
    assert.ok(error.body.errors[0].context.requiredGranularScopes.includes(scope), scope);
  };
  await needed(basicApi.archive('100001'), 'crm.objects.contacts.write');
  await needed(batchApi.update({ inputs: [{ id: '100001', properties: { firstname: 'X' } }] }), 'crm.objects.contacts.write');
  await needed(statusApi.getEmailStatus('ann@example.com'), 'communication_preferences.read');
  const no = { emailAddress: 'ann@example.com', subscriptionId: '39644612' };
  await needed(statusApi.unsubscribe(no), 'communication_preferences.write');
  const { status, body } = await world.ask('POST', '/communication-preferences/2026-09/statuses/batch/unsubscribe-all?channel=EMAIL',
    { inputs: ['ann@example.com'] });
  assert.equal(status, 403);
  assert.deepEqual(body.errors[0].context.requiredGranularScopes, ['communication_preferences.statuses.batch.write']);
  assert.notEqual((await basicApi.getById('100001')).properties.firstname, 'X');
  await world.settings({ scopes: ['communication_preferences.read'] });
  await needed(page(world.hubspot), 'crm.objects.contacts.read');
  assert.equal((await statusApi.getEmailStatus('ann@example.com')).subscriptionStatuses[0].status, 'SUBSCRIBED');
}, '--seed', '3');

withWorld('a path that does not exist is not found', async (world) => {
  for (const path of ['/crm/v3/objects/unicorns', '/communication-preferences/2026-09/nothing', '/no/such']) {
    const { status, body } = await world.ask('GET', path);
    assert.deepEqual([status, body.status], [404, 'error'], path);
  }
});

withWorld('every answer tells how much is left, but not that of a search', async (world) => {
  const header = ({ headers }, name) => headers[name];
  const first = await world.hubspot.crm.contacts.basicApi.getPageWithHttpInfo(10);
  const second = await world.hubspot.crm.contacts.basicApi.getPageWithHttpInfo(10);
  assert.equal(header(second, 'x-hubspot-ratelimit-interval-milliseconds'), '10000');
  assert.equal(header(second, 'x-hubspot-ratelimit-max'), header(first, 'x-hubspot-ratelimit-max'));
  assert.equal(Number(header(first, 'x-hubspot-ratelimit-daily-remaining')) - 1,
    Number(header(second, 'x-hubspot-ratelimit-daily-remaining')));
  const request = { filterGroups: [], sorts: [], properties: [], limit: 10, after: '0' };
  const found = await world.hubspot.crm.contacts.searchApi.doSearchWithHttpInfo(request);
  assert.equal(header(found, 'x-hubspot-ratelimit-max'), undefined);
}, '--enforce-limits');

withWorld('a limit that is used up is 429, and names its policy', async (world) => {
  await world.settings({ ten_secondly: 3 });
  for (let i = 0; i < 3; ++i) await page(world.hubspot);
  const soon = await failure(page(world.hubspot));
  assert.deepEqual([soon.code, soon.body.policyName, soon.body.errorType], [429, 'TEN_SECONDLY_ROLLING', 'RATE_LIMIT']);
  await world.change('advance', { ms: 10_000 });
  assert.deepEqual((await page(world.hubspot)).results, []);
  await world.settings({ daily: 4 });
  const tomorrow = await failure(search(world.hubspot));
  assert.deepEqual([tomorrow.code, tomorrow.body.policyName], [429, 'DAILY']);
}, '--enforce-limits');

withWorld('Retry-After reaches the caller as it was sent: seconds, a date, garbage, or nothing', async (world) => {
  for (const [text, seen] of [['7', /^7$/], ['date', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/], ['soon', /^soon$/]]) {
    await world.fault('rate_limited', { text, number: 30, count: 1 });
    const error = await failure(page(world.hubspot));
    assert.equal(error.code, 429);
    assert.match(error.headers['retry-after'], seen);
  }
  await world.fault('rate_limited', { count: 1 });
  assert.equal((await failure(page(world.hubspot))).headers['retry-after'], undefined);
  assert.deepEqual((await page(world.hubspot)).results, []);
});

withWorld("the library's own retries know the server's 429 of a search and its 5xx, and get through", async (world) => {
  const patient = world.client({ numberOfApiCallRetries: 6 });
  const answers = await Promise.all(Array.from({ length: 12 }, () => search(patient)));
  assert.deepEqual(answers.map((answer) => answer.total), Array(12).fill(5));
  assert.ok((await world.control('traffic')).refused > 0);
  await world.fault('status', { number: 503, count: 1 });
  assert.equal((await page(patient)).results.length, 5);
  await world.fault('status', { number: 503 });
  assert.equal((await failure(page(world.client()))).code, 503);
}, '--seed', '5', '--enforce-limits');

// Not here: of a connection that breaks inside the body this library never hears, and HTML with 200 it takes for a page.
withWorld('an answer that never comes or is cut is an error and not an empty page', async (world) => {
  for (const kind of ['reset_before', 'reply_lost', 'truncated_json']) {
    await world.fault(kind, { count: 1 });
    assert.ok((await failure(page(world.hubspot))) instanceof Error, kind);
  }
  assert.equal((await page(world.hubspot)).results.length, 5);
}, '--seed', '5');
