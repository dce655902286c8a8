#include "daemon/api/find_contact.h"

#include "core/domain/email_address.h"
#include "daemon/api/codec_contact.h"
#include "daemon/api/lists.h"

namespace crmsync::api {

std::variant<ContactRef, Problem> contact_ref(const Context& context, QueryFields& fields) {
  ContactRef ref;
  ref.account = fields.text("account");
  const std::string& name = context.params[0];
  if (const auto id = parse_id(name))
    ref.id = *id;
  else if (const auto address = domain::parse_email_address(name))
    ref.address = address->identity;
  else
    fields.refuse(bad_request("That is neither a contact's id nor an e-mail address.",
                              "Give the number that `contacts list` shows, or an address with ?account=."));
  if (ref.id == 0 || !ref.account.empty())
    if (auto problem = refuse_account(context, ref.account)) fields.refuse(std::move(*problem));
  if (auto problem = fields.problem()) return std::move(*problem);
  return ref;
}

std::optional<store::ContactRow> read_contact(store::Reader& reader, const Principal& principal,
                                              const ContactRef& ref) {
  auto contact = ref.id != 0 ? reader.contact(ref.id) : reader.contact(ref.account, ref.address);
  const bool other = contact && !ref.account.empty() && contact->account != ref.account;
  if (!contact || other || !principal.sees(contact->account)) return std::nullopt;
  return contact;
}

Problem no_contact(const ContactRef& ref) {
  if (ref.id != 0)
    return not_found("There is no contact " + std::to_string(ref.id) + ".", "`crmsyncctl contacts list` shows them.");
  return not_found("The account \"" + ref.account + "\" knows no contact with this address.",
                   "Check the spelling and the account; `contacts list --q` searches.");
}

}  // namespace crmsync::api
