#include "tests/crm_server/control_api.h"

namespace crmsync::crm_server {

// Rows are built as text nodes: what a contact is called never becomes markup.
std::string_view demo_page() {
  return R"html(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A simulated HubSpot</title>
<meta name="viewport" content="width=device-width">
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd; }
input { font: inherit; padding: .3rem .6rem; width: 20rem; } button { font: inherit; padding: .1rem .8rem; }
.out { color: #b00; }
</style></head><body>
<h1>A simulated HubSpot</h1>
<p>The CRM side of the demo. Opt a contact out here, sync, and ask crmsyncd why; unsubscribe there and see it arrive here.</p>
<p><label>Find <input id="q" placeholder="name or address" autofocus></label> <span id="total"></span></p>
<table><thead><tr><th>Record<th>Name<th>Address<th>Unsubscribed from all email<th></tr></thead><tbody id="rows"></tbody></table>
<script>
const rows = document.getElementById('rows'), q = document.getElementById('q');
async function show() {
  const answer = await (await fetch('/_control/contacts?q=' + encodeURIComponent(q.value))).json();
  document.getElementById('total').textContent = answer.total + ' contacts';
  rows.replaceChildren(...answer.contacts.map(c => {
    const row = document.createElement('tr');
    for (const text of [c.id, c.name, c.email, c.opted_out ? 'yes' : 'no']) row.insertCell().textContent = text;
    row.cells[3].className = c.opted_out ? 'out' : '';
    const button = document.createElement('button');
    button.textContent = c.opted_out ? 'Re-activate' : 'Opt out';
    button.onclick = async () => {
      await fetch('/_control/contacts', { method: 'POST',
        body: JSON.stringify({ do: 'opt_out', email: c.email, opted_out: !c.opted_out }) });
      show();
    };
    row.insertCell().append(button);
    return row;
  }));
}
q.oninput = show; setInterval(show, 3000); show();
</script></body></html>
)html";
}

}  // namespace crmsync::crm_server
