#include "daemon/api/find_job.h"

#include "daemon/api/codec_job.h"

namespace crmsync::api {

asio::awaitable<std::optional<store::JobRow>> find_job(Context& context) {
  const auto id = parse_job(context.params[0]);
  std::optional<store::JobRow> row;
  const engine::Control::ReadJob job = [&](store::Reader& reader) {
    if (id) row = reader.job(*id);
  };
  co_await context.control.read(job);
  if (row && !context.principal.sees(row->account)) row.reset();
  co_return row;
}

Problem no_job() { return not_found("There is no such job.", "`GET jobs?account=A` lists them."); }

}  // namespace crmsync::api
