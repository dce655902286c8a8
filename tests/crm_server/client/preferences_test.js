// Communication preferences: the library's own functions call the third version; the paths of our connector, which it has
// no functions for yet, are called by its general way. Both see the same state.
'use strict';
const assert = require('node:assert/strict');
const { NEWSLETTER, failure, withWorld } = require('./world.js');

const OFFERS = NEWSLETTER + 1;
const DATED = '/communication-preferences/2026-09';
const of = (email) => `/statuses/${encodeURIComponent(email)}`;

async function post(world, path, body, base = DATED) {
  const answer = await world.ask('POST', base + path, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}

async function get(world, path, base = DATED) {
  const answer = await world.ask('GET', base + path);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}

const wide = (world, inputs, base) => post(world, '/statuses/batch/unsubscribe-all/read?channel=EMAIL', { inputs }, base);
const states = (entries) => Object.fromEntries(entries.map((entry) => [entry.subscriptionId, entry.status]));

async function optOutProperties(world) {
  const names = ['email', 'hs_email_optout', `hs_email_optout_${NEWSLETTER}`];
  const { results } = await world.hubspot.crm.contacts.basicApi.getPage(100, undefined, names);
  return Object.fromEntries(results.map(({ properties }) => [properties.email, names.slice(1).map((n) => properties[n])]));
}

withWorld('the subscription types are the same in every version', async (world) => {
  const typed = await world.hubspot.communicationPreferences.definitionApi.getPage();
  assert.deepEqual(typed.subscriptionDefinitions.map((type) => [type.id, type.name, type.isActive]),
    [[String(NEWSLETTER), 'Newsletter', true], [String(OFFERS), 'Offers', true]]);
  assert.ok(typed.subscriptionDefinitions[0].createdAt instanceof Date);
  for (const base of [DATED, '/communication-preferences/v4']) {
    const { status, results } = await get(world, '/definitions', base);
    assert.equal(status, 'COMPLETE');
    assert.deepEqual(results.map((type) => [type.id, type.name]), [[String(NEWSLETTER), 'Newsletter'], [String(OFFERS), 'Offers']]);
  }
});

withWorld('who says no to one type is out of that one, and cannot say no twice', async (world) => {
  const ann = 'ann@example.com';
  await world.create(ann);
  const { statusApi } = world.hubspot.communicationPreferences;
  const shown = async () => {
    const { recipient, subscriptionStatuses } = await statusApi.getEmailStatus(ann);
    assert.equal(recipient, ann);
    return subscriptionStatuses.map((one) => [one.id, one.status, one.sourceOfStatus]);
  };
  const offers = [String(OFFERS), 'SUBSCRIBED', 'SUBSCRIPTION_STATUS'];
  assert.deepEqual(await shown(), [[String(NEWSLETTER), 'SUBSCRIBED', 'SUBSCRIPTION_STATUS'], offers]);
  const no = { emailAddress: ann, subscriptionId: String(NEWSLETTER) };
  const said = await statusApi.unsubscribe(no);
  assert.deepEqual([said.id, said.name, said.status], [String(NEWSLETTER), 'Newsletter', 'NOT_SUBSCRIBED']);
  assert.deepEqual(await shown(), [[String(NEWSLETTER), 'NOT_SUBSCRIBED', 'SUBSCRIPTION_STATUS'], offers]);
  assert.deepEqual(await optOutProperties(world), { [ann]: [null, 'true'] });
  const twice = await failure(statusApi.unsubscribe(no));
  assert.equal(twice.code, 400);
  assert.ok(twice.body.message.includes('already unsubscribed'));
});

withWorld('the third version subscribes, but never again who has said no', async (world) => {
  const { statusApi } = world.hubspot.communicationPreferences;
  const yes = (emailAddress) => statusApi.subscribe({ emailAddress, subscriptionId: String(OFFERS) });
  assert.equal((await yes('ann@example.com')).status, 'SUBSCRIBED');
  assert.ok((await failure(yes('ann@example.com'))).body.message.includes('already subscribed'));
  await statusApi.unsubscribe({ emailAddress: 'ann@example.com', subscriptionId: String(OFFERS) });
  const again = await failure(yes('ann@example.com'));
  assert.equal(again.code, 400);
  assert.ok(again.body.message.includes('opted out'));
  const { results } = await get(world, of('ann@example.com') + '?channel=EMAIL');
  assert.equal(states(results)[OFFERS], 'UNSUBSCRIBED');
  for (const wrong of [{ emailAddress: 'nobody', subscriptionId: String(OFFERS) }, { emailAddress: 'a@example.com', subscriptionId: '1' }])
    assert.equal((await failure(statusApi.subscribe(wrong))).code, 400);
});

withWorld('one address is unsubscribed from everything without a word, and is read back', async (world) => {
  const ann = 'ann@example.com';
  await world.create(ann);
  const path = of(ann) + '/unsubscribe-all?channel=EMAIL';
  assert.deepEqual((await get(world, path)).results, []);
  assert.equal(await post(world, path), null);
  const { results } = await get(world, path);
  assert.deepEqual(results.map((one) => [one.subscriberIdString, one.status, one.wideStatusType]),
    [[ann, 'UNSUBSCRIBED', 'PORTAL_WIDE']]);
  assert.deepEqual(await optOutProperties(world), { [ann]: ['true', ''] });
  const { subscriptionStatuses } = await world.hubspot.communicationPreferences.statusApi.getEmailStatus(ann);
  assert.deepEqual(subscriptionStatuses.map((one) => [one.status, one.sourceOfStatus]),
    Array(2).fill(['NOT_SUBSCRIBED', 'PORTAL_WIDE_STATUS']));
});

for (const base of [DATED, '/communication-preferences/v4'])
  withWorld(`a batch is unsubscribed from everything and read back, below ${base}`, async (world) => {
    const emails = ['Ann@example.com', 'stranger@example.com'];
    await world.create('ann@example.com');
    await world.create('bea@example.com');
    const before = await wide(world, emails, base);
    assert.deepEqual(before.results.map((one) => one.wideStatuses[0].status), ['NOT_SPECIFIED', 'NOT_SPECIFIED']);
    const quiet = await post(world, '/statuses/batch/unsubscribe-all?channel=EMAIL', { inputs: emails }, base);
    assert.deepEqual([quiet.status, quiet.results], ['COMPLETE', []]);
    const after = await wide(world, [...emails, 'bea@example.com'], base);
    assert.deepEqual(after.results.map((one) => [one.subscriberIdString, one.wideStatuses[0].status]), [
      ['ann@example.com', 'UNSUBSCRIBED'],
      ['stranger@example.com', 'UNSUBSCRIBED'],
      ['bea@example.com', 'NOT_SPECIFIED'],
    ]);
    assert.deepEqual(await optOutProperties(world), { 'ann@example.com': ['true', ''], 'bea@example.com': [null, ''] });
    const told = await post(world, '/statuses/batch/unsubscribe-all?channel=EMAIL&verbose=true', { inputs: ['bea@example.com'] }, base);
    assert.deepEqual(states(told.results[0].statuses), { [NEWSLETTER]: 'UNSUBSCRIBED', [OFFERS]: 'UNSUBSCRIBED' });
    assert.equal(told.results[0].statuses[0].setStatusSuccessReason, 'UNSUBSCRIBE_FROM_ALL_OCCURRED');
  });

withWorld('an opt-out belongs to the address: a contact that takes it on is opted out', async (world) => {
  await post(world, '/statuses/batch/unsubscribe-all?channel=EMAIL', { inputs: ['ann@example.com'] });
  const made = await world.hubspot.crm.contacts.basicApi.create({ properties: { email: 'anna@example.com' }, associations: [] });
  assert.deepEqual(await optOutProperties(world), { 'anna@example.com': [null, ''] });
  await world.hubspot.crm.contacts.basicApi.update(made.id, { properties: { email: 'ann@example.com' } });
  assert.deepEqual(await optOutProperties(world), { 'ann@example.com': ['true', ''] });
});

withWorld('one type is left and joined again, one address at a time', async (world) => {
  const ann = 'ann@example.com';
  await world.create(ann);
  const set = async (statusState) => {
    const { results } = await post(world, of(ann), { subscriptionId: NEWSLETTER, statusState, channel: 'EMAIL' });
    assert.equal(results.length, 1);
    const { subscriptionId, status, setStatusSuccessReason } = results[0];
    assert.equal(subscriptionId, NEWSLETTER);
    return [status, setStatusSuccessReason];
  };
  assert.deepEqual(await set('UNSUBSCRIBED'), ['UNSUBSCRIBED', 'REQUESTED_CHANGE_OCCURRED']);
  assert.deepEqual(await set('UNSUBSCRIBED'), ['UNSUBSCRIBED', 'NO_STATUS_CHANGE']);
  const shown = async () => states((await get(world, of(ann) + '?channel=EMAIL')).results);
  assert.deepEqual(await shown(), { [NEWSLETTER]: 'UNSUBSCRIBED', [OFFERS]: 'NOT_SPECIFIED' });
  assert.deepEqual(await optOutProperties(world), { [ann]: [null, 'true'] });
  assert.deepEqual(await set('SUBSCRIBED'), ['SUBSCRIBED', 'RESUBSCRIBE_OCCURRED']);
  assert.deepEqual(await shown(), { [NEWSLETTER]: 'SUBSCRIBED', [OFFERS]: 'NOT_SPECIFIED' });
  assert.deepEqual(await optOutProperties(world), { [ann]: [null, 'false'] });
  const { subscriptionStatuses } = await world.hubspot.communicationPreferences.statusApi.getEmailStatus(ann);
  assert.equal(subscriptionStatuses[0].status, 'SUBSCRIBED');
});

withWorld('one type is left and joined again in batches', async (world) => {
  const emails = ['ann@example.com', 'bea@example.com', 'cleo@example.com'];
  const input = (subscriberIdString, statusState) => ({ subscriptionId: NEWSLETTER, statusState, channel: 'EMAIL', subscriberIdString });
  const write = (inputs) => post(world, '/statuses/batch/write', { inputs });
  const out = await write(emails.map((email) => input(email, 'UNSUBSCRIBED')));
  assert.deepEqual(out.results.map((one) => [one.subscriberIdString, one.subscriptionId, one.status]),
    emails.map((email) => [email, NEWSLETTER, 'UNSUBSCRIBED']));
  await write([input('bea@example.com', 'SUBSCRIBED')]);
  const { results } = await post(world, '/statuses/batch/read?channel=EMAIL', { inputs: emails });
  assert.deepEqual(results.map((one) => [one.subscriberIdString, states(one.statuses)[NEWSLETTER], states(one.statuses)[OFFERS]]), [
    ['ann@example.com', 'UNSUBSCRIBED', 'NOT_SPECIFIED'],
    ['bea@example.com', 'SUBSCRIBED', 'NOT_SPECIFIED'],
    ['cleo@example.com', 'UNSUBSCRIBED', 'NOT_SPECIFIED'],
  ]);
  assert.deepEqual((await wide(world, ['ann@example.com'])).results[0].wideStatuses[0].status, 'NOT_SPECIFIED');
});

withWorld('what is no address, no type, no state, or has no channel is refused', async (world) => {
  const refused = async (path, body) => {
    const { status, body: answer } = await world.ask('POST', DATED + path, body);
    assert.deepEqual([status, answer.category], [400, 'VALIDATION_ERROR'], path);
  };
  const good = { subscriptionId: NEWSLETTER, statusState: 'UNSUBSCRIBED', channel: 'EMAIL' };
  await refused('/statuses/nobody', good);
  for (const wrong of [{ subscriptionId: 1 }, { statusState: 'OUT' }, { channel: undefined }])
    await refused(of('ann@example.com'), { ...good, ...wrong });
  await refused(of('ann@example.com') + '/unsubscribe-all');
  await refused('/statuses/batch/unsubscribe-all?channel=EMAIL', { inputs: [] });
  await refused('/statuses/batch/unsubscribe-all?channel=EMAIL', { inputs: Array(101).fill('ann@example.com') });
  await refused('/statuses/batch/unsubscribe-all', { inputs: ['ann@example.com'] });
  assert.equal((await wide(world, ['ann@example.com'])).results[0].wideStatuses[0].status, 'NOT_SPECIFIED');
});
