// A straightforward sync of HubSpot's contacts into SQLite: one table, one transaction a page, one request at a time.
// What a user would write instead of crmsyncd; hubspot_sync_bench.py runs both against the same simulated HubSpot.
//
//     node sync.js URL DATABASE TOKEN_FILE
"use strict";
const fs = require("fs");
const http = require("http");
const Database = require("better-sqlite3");

const [url, file, tokenFile] = process.argv.slice(2);
const token = fs.readFileSync(tokenFile, "utf8").trim();
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const properties = "email,firstname,lastname,lastmodifieddate,hs_merged_object_ids,hs_email_optout";

function get(path) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: "Bearer " + token, accept: "application/json" };
    const request = http.get(url + path, { agent, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode !== 200) return reject(new Error(path + " answers " + response.statusCode));
        resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")));
      });
    });
    request.on("error", reject);
  });
}

const db = new Database(file);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = NORMAL");
db.exec(
  "CREATE TABLE IF NOT EXISTS contact(id INTEGER PRIMARY KEY, email TEXT, name TEXT, opted_out INTEGER, modified TEXT, " +
    "deleted INTEGER NOT NULL DEFAULT 0)",
);
const known = db.prepare("SELECT opted_out, deleted FROM contact WHERE id = ?");
const insert = db.prepare("INSERT INTO contact(id, email, name, opted_out, modified) VALUES(?, ?, ?, ?, ?)");
const update = db.prepare(
  "UPDATE contact SET email = ?, name = ?, opted_out = ?, modified = ?, deleted = 0 WHERE id = ?",
);
const remove = db.prepare("UPDATE contact SET deleted = 1 WHERE id = ? AND deleted = 0");
const counts = { fetched: 0, added: 0, changed: 0, deleted: 0 };

const applyPage = db.transaction((contacts) => {
  for (const contact of contacts) {
    ++counts.fetched;
    const id = Number(contact.id);
    if (contact.archived) {
      counts.deleted += remove.run(id).changes;
      continue;
    }
    const { email, firstname, lastname, hs_email_optout, lastmodifieddate } = contact.properties;
    const out = hs_email_optout === "true" ? 1 : 0;
    const row = known.get(id);
    if (!row) {
      insert.run(id, email, [firstname, lastname].filter(Boolean).join(" "), out, lastmodifieddate);
      ++counts.added;
    } else if (row.opted_out !== out || row.deleted !== 0) {
      update.run(email, [firstname, lastname].filter(Boolean).join(" "), out, lastmodifieddate, id);
      ++counts.changed;
    }
  }
});

async function sync() {
  for (const archived of ["false", "true"]) {
    for (let after = ""; after !== undefined; ) {
      const page = await get(
        `/crm/objects/2026-09/contacts?limit=100&properties=${properties}&archived=${archived}` +
          (after ? "&after=" + encodeURIComponent(after) : ""),
      );
      applyPage(page.results);
      after = page.paging?.next?.after;
    }
  }
}

sync().then(
  () => {
    db.close();
    agent.destroy();
    console.log(JSON.stringify(counts));
  },
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
    agent.destroy();
  },
);
