// Contacts as HubSpot's client library reads and writes them.
'use strict';
const assert = require('node:assert/strict');
const { failure, withWorld } = require('./world.js');

const PROPERTIES = ['email', 'firstname', 'hs_email_optout', 'hs_merged_object_ids', 'lastmodifieddate'];
const ids = (contacts) => contacts.map((contact) => contact.id);
const since = (time) => ({ propertyName: 'lastmodifieddate', operator: 'GTE', value: String(time) });
const behind = (id) => ({ propertyName: 'hs_object_id', operator: 'GT', value: id });
const question = (filters, more = {}) => ({
  filterGroups: [{ filters }],
  sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
  properties: PROPERTIES,
  limit: 200,
  after: '0',
  ...more,
});

withWorld('the list gives every live contact once, in pages of the size asked for', async (world) => {
  await world.change('archive', { id: 100007 });
  const { basicApi } = world.hubspot.crm.contacts;
  const pages = [];
  let after;
  do {
    const page = await basicApi.getPage(100, after, PROPERTIES);
    pages.push(ids(page.results));
    after = page.paging?.next?.after;
  } while (after);
  const expected = Array.from({ length: 250 }, (_, i) => String(100001 + i)).filter((id) => id !== '100007');
  assert.deepEqual(pages.map((page) => page.length), [100, 100, 49]);
  assert.deepEqual(pages.flat(), expected);
  assert.deepEqual(ids(await world.hubspot.crm.contacts.getAll(60)), expected);
}, '--seed', '250');

withWorld('the archived are listed apart, with the time of it', async (world) => {
  await world.create('ann@example.com');
  const bea = await world.create('bea@example.com');
  const before = Date.now();
  await world.change('archive', { id: Number(bea) });
  const { basicApi } = world.hubspot.crm.contacts;
  const { results } = await basicApi.getPage(100, undefined, ['email'], undefined, undefined, true);
  assert.deepEqual(ids(results), [bea]);
  assert.equal(results[0].archived, true);
  assert.equal(results[0].properties.email, 'bea@example.com');
  assert.ok(results[0].archivedAt instanceof Date);
  assert.ok(results[0].archivedAt.getTime() >= before && results[0].archivedAt.getTime() <= Date.now());
});

withWorld('a contact has the properties asked for, null where there is no value', async (world) => {
  const ann = await world.create('Ann@Example.com', 'Änne "A"', 'Ärmel');
  const contact = await world.hubspot.crm.contacts.basicApi.getById(ann, [...PROPERTIES, 'createdate', 'lastname']);
  assert.equal(contact.id, ann);
  assert.equal(contact.archived, false);
  assert.equal(contact.properties.email, 'ann@example.com');
  assert.equal(contact.properties.firstname, 'Änne "A"');
  assert.equal(contact.properties.lastname, 'Ärmel');
  assert.equal(contact.properties.hs_object_id, ann);
  assert.equal(contact.properties.hs_email_optout, null);
  assert.equal(contact.properties.hs_merged_object_ids, null);
  assert.equal(contact.createdAt.toISOString(), contact.properties.createdate);
  assert.equal(contact.updatedAt.toISOString(), contact.properties.lastmodifieddate);
  const short = await world.hubspot.crm.contacts.basicApi.getById(ann);
  assert.deepEqual(Object.keys(short.properties).sort(),
    ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname']);
});

withWorld('an opt-out is in the property, and moves the modified time', async (world) => {
  const ann = await world.create('ann@example.com');
  const { basicApi } = world.hubspot.crm.contacts;
  const before = await basicApi.getById(ann, PROPERTIES);
  await world.change('advance', { ms: 5000 });
  await world.optOut('ann@example.com');
  const out = await basicApi.getById(ann, PROPERTIES);
  assert.equal(out.properties.hs_email_optout, 'true');
  assert.ok(out.updatedAt.getTime() - before.updatedAt.getTime() >= 5000);
  await world.change('opt_out', { email: 'ann@example.com', opted_out: false });
  assert.equal((await basicApi.getById(ann, PROPERTIES)).properties.hs_email_optout, 'false');
});

withWorld('a contact is found by its address, and an archived one only where it is asked for', async (world) => {
  const ann = await world.create('ann@example.com');
  const { basicApi } = world.hubspot.crm.contacts;
  const byEmail = (archived) =>
    basicApi.getById('ann@example.com', ['email'], undefined, undefined, archived, 'email');
  assert.equal((await byEmail(false)).id, ann);
  await basicApi.archive(ann);
  for (const call of [byEmail(false), basicApi.getById(ann), basicApi.getById('1')]) {
    const error = await failure(call);
    assert.equal(error.code, 404);
    assert.equal(error.body.category, 'OBJECT_NOT_FOUND');
  }
  assert.equal((await basicApi.getById(ann, ['email'], undefined, undefined, true)).properties.email, 'ann@example.com');
});

withWorld('search finds what was modified since a time, by pages behind an id', async (world) => {
  await world.change('advance', { ms: 60000 });
  const start = Date.now() + 30000;
  await world.change('touch', { id: 100001, count: 450, step: 2, first: 'Touched' });
  const found = [];
  const sizes = [];
  let last = '0';
  for (;;) {
    const page = await world.hubspot.crm.contacts.searchApi.doSearch(question([since(start), behind(last)]));
    assert.equal(page.total, 450 - found.length);
    sizes.push(page.results.length);
    found.push(...page.results);
    if (page.results.length === 0) break;
    last = found.at(-1).id;
  }
  assert.deepEqual(sizes, [200, 200, 50, 0]);
  assert.deepEqual(ids(found), Array.from({ length: 450 }, (_, i) => String(100001 + 2 * i)));
  assert.ok(found.every((contact) => contact.properties.firstname === 'Touched' && contact.updatedAt >= start));
}, '--seed', '1000');

withWorld('search sorts both ways, by both forms of a sort, and pages by after', async (world) => {
  for (let i = 0; i < 5; ++i) {
    await world.create(`p${i}@example.com`);
    await world.change('advance', { ms: 1000 });
  }
  await world.change('touch', { id: 100002, count: 1, first: 'Touched' });
  const search = async (sort, more) =>
    world.hubspot.crm.contacts.searchApi.doSearch(question([since(0)], { sorts: [sort], ...more }));
  const order = ['100001', '100003', '100004', '100005', '100002'];
  assert.deepEqual(ids((await search('lastmodifieddate')).results), order);
  assert.deepEqual(ids((await search('-lastmodifieddate')).results), [...order].reverse());
  const descending = { propertyName: 'lastmodifieddate', direction: 'DESCENDING' };
  assert.deepEqual(ids((await search(descending)).results), [...order].reverse());
  const first = await search('lastmodifieddate', { limit: 2 });
  assert.equal(first.total, 5);
  assert.deepEqual(ids(first.results), order.slice(0, 2));
  const second = await search('lastmodifieddate', { limit: 2, after: first.paging.next.after });
  assert.deepEqual(ids(second.results), order.slice(2, 4));
  const third = await search('lastmodifieddate', { limit: 2, after: second.paging.next.after });
  assert.deepEqual(ids(third.results), order.slice(4));
  assert.equal(third.paging, undefined);
});

withWorld('search finds everybody who is opted out, but not the archived', async (world) => {
  const out = [];
  for (const name of ['ann', 'bea', 'cleo', 'dan']) out.push(await world.create(`${name}@example.com`));
  for (const name of ['bea', 'cleo', 'dan']) await world.optOut(`${name}@example.com`);
  await world.change('archive', { id: Number(out[3]) });
  const optedOut = { propertyName: 'hs_email_optout', operator: 'EQ', value: 'true' };
  const { total, results } = await world.hubspot.crm.contacts.searchApi.doSearch(question([optedOut, behind('0')]));
  assert.equal(total, 2);
  assert.deepEqual(results.map((contact) => contact.properties.email), ['bea@example.com', 'cleo@example.com']);
});

withWorld('search refuses pages beyond its limits and sees changes only after its lag', async (world) => {
  const search = (more) => world.hubspot.crm.contacts.searchApi.doSearch(question([since(0)], more));
  for (const more of [{ limit: 201 }, { limit: 0 }, { after: '9900' }]) {
    const error = await failure(search(more));
    assert.equal(error.code, 400);
    assert.equal(error.body.category, 'VALIDATION_ERROR');
  }
  await world.create('ann@example.com');
  assert.equal((await search()).total, 0);
  await world.change('advance', { ms: 60000 });
  assert.equal((await search()).total, 1);
}, '--lag', '60000');

withWorld('contacts are made, changed, archived and purged one by one', async (world) => {
  const { basicApi } = world.hubspot.crm.contacts;
  const made = await basicApi.create({ properties: { email: 'ann@example.com', firstname: 'Ann' }, associations: [] });
  assert.equal(made.properties.email, 'ann@example.com');
  const twice = await failure(basicApi.create({ properties: { email: 'ANN@example.com' }, associations: [] }));
  assert.equal(twice.code, 409);
  assert.equal(twice.body.category, 'CONFLICT');
  assert.ok(twice.body.message.includes(made.id));
  const changed = await basicApi.update(made.id, { properties: { firstname: 'Anna', email: 'anna@example.com' } });
  assert.equal(changed.properties.firstname, 'Anna');
  assert.equal((await basicApi.getById('anna@example.com', [], [], [], false, 'email')).id, made.id);
  const readOnly = await failure(basicApi.update(made.id, { properties: { hs_email_optout: 'true' } }));
  assert.equal(readOnly.code, 400);
  assert.equal((await basicApi.getById(made.id, ['hs_email_optout'])).properties.hs_email_optout, null);
  await basicApi.archive(made.id);
  assert.equal((await failure(basicApi.getById(made.id))).code, 404);
  const other = await basicApi.create({ properties: { email: 'bea@example.com' }, associations: [] });
  await basicApi.purge({ objectId: other.id });
  assert.equal((await failure(basicApi.getById(other.id, [], [], [], true))).code, 404);
});

withWorld('a merge makes a new record that answers for both', async (world) => {
  const ann = await world.create('ann@example.com');
  const anna = await world.create('anna@example.com');
  const { basicApi } = world.hubspot.crm.contacts;
  const made = await basicApi.merge({ primaryObjectId: ann, objectIdToMerge: anna });
  assert.ok(![ann, anna].includes(made.id));
  for (const id of [ann, anna]) assert.equal((await basicApi.getById(id)).id, made.id);
  const { results } = await basicApi.getPage(100, undefined, PROPERTIES);
  assert.deepEqual(ids(results), [made.id]);
  assert.equal(results[0].properties.hs_merged_object_ids, `${ann};${anna}`);
});

withWorld('a batch reads by id and by address, and names the ids that are not there', async (world) => {
  const ann = await world.create('ann@example.com');
  const bea = await world.create('bea@example.com');
  const { batchApi } = world.hubspot.crm.contacts;
  const input = (...wanted) => ({ inputs: wanted.map((id) => ({ id })), properties: ['email'], propertiesWithHistory: [] });
  const both = await batchApi.read(input(ann, bea));
  assert.equal(both.status, 'COMPLETE');
  assert.deepEqual(both.results.map((contact) => contact.properties.email), ['ann@example.com', 'bea@example.com']);
  const byEmail = await batchApi.read({ ...input('bea@example.com'), idProperty: 'email' });
  assert.deepEqual(ids(byEmail.results), [bea]);
  const some = await batchApi.readWithHttpInfo(input(ann, '77'));
  assert.equal(some.httpStatusCode, 207);
  assert.deepEqual(ids(some.data.results), [ann]);
  assert.equal(some.data.numErrors, 1);
  assert.deepEqual(some.data.errors[0].context.ids, ['77']);
  const many = await failure(batchApi.read(input(...Array(101).fill(ann))));
  assert.equal(many.code, 400);
});

withWorld('batches make, change and archive contacts', async (world) => {
  const { basicApi, batchApi } = world.hubspot.crm.contacts;
  const emails = ['ann@example.com', 'bea@example.com', 'cleo@example.com'];
  const made = await batchApi.create({ inputs: emails.map((email) => ({ properties: { email }, associations: [] })) });
  assert.deepEqual(made.results.map((contact) => contact.properties.email), emails);
  const [ann, bea, cleo] = ids(made.results);
  const changed = await batchApi.update({
    inputs: [{ id: ann, properties: { firstname: 'Ann' } }, { id: bea, properties: { firstname: 'Bea' } }],
  });
  assert.deepEqual(changed.results.map((contact) => contact.properties.firstname), ['Ann', 'Bea']);
  assert.equal((await basicApi.getById(bea)).properties.firstname, 'Bea');
  await batchApi.archive({ inputs: [{ id: ann }, { id: cleo }] });
  assert.deepEqual(ids((await basicApi.getPage(100)).results), [bea]);
  const archived = await basicApi.getPage(100, undefined, [], [], [], true);
  assert.deepEqual(ids(archived.results), [ann, cleo]);
});

withWorld('the opt-out property is defined, read-only, and a bool; what does not exist is not found', async (world) => {
  const { coreApi, batchApi } = world.hubspot.crm.properties;
  const optOut = await coreApi.getByName('contacts', 'hs_email_optout');
  assert.equal(optOut.type, 'bool');
  assert.equal(optOut.fieldType, 'booleancheckbox');
  assert.equal(optOut.groupName, 'emailinformation');
  assert.equal(optOut.modificationMetadata.readOnlyValue, true);
  assert.equal((await coreApi.getByName('contacts', 'email')).modificationMetadata.readOnlyValue, false);
  assert.equal((await failure(coreApi.getByName('contacts', 'no_such'))).code, 404);
  const { results } = await coreApi.getAll('contacts');
  const names = results.map((property) => property.name);
  for (const name of [...PROPERTIES, 'hs_email_optout_39644612']) assert.ok(names.includes(name), name);
  const inputs = [{ name: 'email' }, { name: 'no_such' }];
  const some = await batchApi.read('contacts', { archived: false, dataSensitivity: 'non_sensitive', inputs });
  assert.deepEqual(some.results.map((property) => property.name), ['email']);
});
