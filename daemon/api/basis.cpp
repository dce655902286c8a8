#include "daemon/api/basis.h"

namespace crmsync::api {

namespace {

constexpr std::size_t kLongestStatement = 2000;

void read_confirmation(const Input& confirmation, BodyFields& input, Basis& basis) {
  BodyFields fields(confirmation, "The confirmation");
  basis.confirmed = fields.boolean("permission").value_or(false);
  const auto statement = fields.text("statement", kLongestStatement);
  basis.count = fields.number("count");
  if (const auto bad = fields.problem()) return input.refuse(bad->detail, bad->remedy);
  if (basis.confirmed && (!statement || statement->empty()))
    return input.refuse("A confirmation needs a statement.",
                        "Say in `statement` how and when the person gave permission; it goes into the audit log.");
  if (statement) basis.detail["statement"] = *statement;
}

}  // namespace

Basis read_basis(BodyFields& input) {
  Basis basis;
  if (const Input* confirmation = input.object("confirmation")) read_confirmation(*confirmation, input, basis);
  if (const auto note = input.text("note")) basis.detail["note"] = *note;
  basis.dry_run = input.boolean("dry_run").value_or(false);
  return basis;
}

}  // namespace crmsync::api
