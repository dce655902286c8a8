// Works off jobs, one after the other and a few contacts at a time, so that everything else gets its turn in between.
#include <boost/asio/redirect_error.hpp>

#include "core/store/jobs.h"
#include "daemon/engine/engine.h"
#include "daemon/engine/log.h"

namespace crmsync::engine {

namespace {

void log_end(const store::JobRow& job) {
  log_event(Level::info, "job finished",
            {{"job", std::to_string(job.id)},
             {"kind", std::string(to_string(job.draft.kind))},
             {"account", job.account},
             {"contacts", std::to_string(job.total)},
             {"by", job.draft.actor.who}});
}

}  // namespace

asio::awaitable<void> Engine::job_loop() {
  constexpr int kStepsBetweenPushes = 100;
  boost::system::error_code ignored;
  int steps = 0;
  while (!stopping_) {
    std::optional<store::Id> job;
    bool more = false;
    std::optional<store::JobRow> ended;
    const auto step = [&](store::Store& store) {
      job = store.next_job();
      if (job) more = store.work_on_job(*job, now());
      if (job && !more) ended = store.job(*job);
    };
    co_await threads_.write(step);
    if (ended) log_end(*ended);
    if (ended || (job && ++steps % kStepsBetweenPushes == 0)) wake_pushes();
    if (job || stopping_) continue;
    job_timer_.expires_at(asio::steady_timer::time_point::max());
    co_await job_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace crmsync::engine
