// Works off jobs, one after the other and a few contacts at a time, so that everything else gets its turn in between.
#include <boost/asio/redirect_error.hpp>
#include <filesystem>

#include "core/store/jobs.h"
#include "daemon/engine/engine.h"
#include "daemon/engine/import_file.h"
#include "daemon/engine/log.h"

namespace crmsync::engine {

namespace {

constexpr std::size_t kRows = 250;  // of an import's step

void log_end(const store::JobRow& job) {
  log_event(job.state == store::JobState::held ? Level::warn : Level::info,
            job.state == store::JobState::held ? "job held" : "job finished",
            {{"job", std::to_string(job.id)},
             {"kind", std::string(to_string(job.draft.kind))},
             {"account", job.account},
             {"state", std::string(to_string(job.state))},
             {"contacts", std::to_string(job.total)},
             {"by", job.draft.actor.who}});
}

// The file of the import at hand, kept open from step to step.
class OpenImport {
 public:
  // The next rows; a file that cannot be read breaks the import off, and the job says so.
  void step(store::Store& store, const store::JobRow& job, domain::Millis now) {
    try {
      if (job_ != job.id) open(job);
      if (!file_) return break_off(store, job, why_, now);
      const auto batch = file_->next(kRows);
      store.import_rows(job.id, batch.rows, batch.place, batch.last, batch.doubt, now);
      if (batch.last) close();
    } catch (const UnreadableFile& error) {
      close();
      break_off(store, job, error.what(), now);
    }
  }

 private:
  static void break_off(store::Store& store, const store::JobRow& job, const std::string& why, domain::Millis now) {
    store.break_off_job(job.id, "The file could not be read to its end: " + why + ".", now);
  }

  void open(const store::JobRow& job) {
    close();
    job_ = job.id;
    auto file = ImportFile::resume(job.place);
    if (file)
      file_ = std::move(*file);
    else
      why_ = file.error().message;
  }

  void close() {
    job_ = 0;
    if (!file_) return;
    std::error_code ignored;
    std::filesystem::remove(file_->path(), ignored);
    file_.reset();
  }

  store::Id job_ = 0;
  std::unique_ptr<ImportFile> file_;
  std::string why_;
};

}  // namespace

// Files of imports that a crash left behind, and of those that were cancelled.
void Engine::remove_import_files(store::Store& store) {
  remove_leftovers(config_->store_path + ".import-", store.open_imports());
}

asio::awaitable<void> Engine::job_loop() {
  constexpr int kStepsBetweenPushes = 100;
  boost::system::error_code ignored;
  OpenImport import;
  int steps = 0;
  while (!stopping_) {
    std::optional<store::JobRow> job;
    std::optional<store::JobRow> ended;
    const auto step = [&](store::Store& store) {
      job = store.next_job();
      if (!job) return;
      if (job->phase == store::JobPhase::read)
        import.step(store, *job, now());
      else
        store.work_on_job(job->id, now());
      const auto after = store.job(job->id);
      if (after->state == store::JobState::held || is_over(after->state)) ended = after;
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
