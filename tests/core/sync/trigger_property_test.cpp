// Long and random histories of one trigger.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <random>

#include "core/sync/trigger.h"

using namespace crmsync;
using namespace std::chrono_literals;
using domain::kDay;
using sync::Cause;
using sync::Steady;
using sync::Trigger;
using sync::TriggerSettings;
using sync::Wanted;

TEST_CASE("a year of schedule") {
  constexpr domain::Millis kWall = 1'700'000'000'000;
  const TriggerSettings settings{5min, 24h, 0.1, {}};
  std::mt19937_64 generator(7);
  std::uniform_real_distribution<double> random(0, 1);
  Trigger trigger(settings, {0h, kWall}, {}, random(generator));
  int polls = 0;
  int fulls = 0;
  int failed = 0;
  Steady longest{0};
  Steady last{0};
  Steady now{0};
  while (now < 365 * 24h) {
    const auto next = trigger.next_at();
    REQUIRE(next);
    REQUIRE(*next >= now);
    now = *next;
    const auto wanted = trigger.due(now);
    REQUIRE(wanted);
    trigger.started(*wanted);
    longest = std::max(longest, now - last);
    last = now;
    now += std::chrono::seconds(generator() % 20);
    // One run in fifty finds the CRM away.
    const bool down = generator() % 50 == 0;
    trigger.finished(now, wanted->full && !down,
                     down ? std::optional<Error>({ErrorKind::transient, "no"}) : std::nullopt, random(generator));
    ++polls, fulls += wanted->full && !down, failed += down;
  }
  // 5 minutes, on average 15 s of jitter and 10 s of run: 324 s from one to the next. Retries come early.
  CHECK(polls - failed > 365 * 24 * 3600 / 330 - failed);
  CHECK(polls < 365 * 24 * 3600 / 318 + failed);
  CHECK(fulls >= 355);
  CHECK(fulls <= 366);
  CHECK(longest <= 6min);
}

TEST_CASE("any interleaving of triggers, runs, failures, reloads and time") {
  const bool held = rc::check(
      "runs never overlap and no trigger is lost", [](std::vector<std::pair<std::uint8_t, std::uint16_t>> steps) {
        const TriggerSettings settings{5min, 24h, 0.1, {}};
        Steady now = 1h;
        Trigger trigger(settings, {now, 0}, {}, 0.5);
        bool running = false;
        Wanted current;
        int asked = 0;  // requests that no run has begun for
        bool asked_full = false;
        Steady told_until{0};
        for (const auto& [what, amount] : steps) {
          const double random = (amount % 1000) / 1000.0;
          switch (what % 6) {
            case 0:
            case 1: {
              const Wanted wanted{what % 12 == 0, amount % 2 ? Cause::api : Cause::signal};
              trigger.request(wanted);
              ++asked;
              asked_full = asked_full || wanted.full;
              break;
            }
            case 2:
            case 3: {
              const auto due = trigger.due(now);
              RC_ASSERT(!(running && due));
              // Whoever asked gets the next run, at once unless the CRM said otherwise.
              if (asked > 0 && !running) RC_ASSERT(due.has_value() == (now >= told_until));
              if (!due) break;
              if (asked > 0) {
                RC_ASSERT(due->cause != Cause::schedule);
                RC_ASSERT(due->full || !asked_full);
              } else {
                RC_ASSERT(due->cause == Cause::schedule);
              }
              trigger.started(*due);
              running = true, current = *due, asked = 0, asked_full = false;
              break;
            }
            case 4: {
              now += std::chrono::milliseconds(amount) * 10;
              if (!running) break;
              constexpr ErrorKind kinds[] = {ErrorKind::transient, ErrorKind::unauthorized, ErrorKind::protocol,
                                             ErrorKind::cancelled, ErrorKind::rate_limited};
              std::optional<Error> error;
              if (amount % 7 < 5) error = Error(kinds[amount % 7], "no");
              if (amount % 7 == 4) error->retry_after = 1min, told_until = now + 1min;
              trigger.finished(now, current.full && !error, error, random);
              running = false;
              break;
            }
            default:
              if (amount % 10 == 0)
                trigger.reloaded(settings, now, random);
              else
                now += std::chrono::milliseconds(amount) * 10;
          }
          RC_ASSERT(trigger.running() == running);
          // next_at() is when due() changes its mind: neither before nor after.
          if (running) continue;
          const auto next = trigger.next_at();
          RC_ASSERT(next.has_value() == (asked > 0 || !trigger.stopped()));
          RC_ASSERT(trigger.due(now).has_value() == (next && *next <= now));
          if (next && *next > now) {
            RC_ASSERT(!trigger.due(*next - 1ms));
            RC_ASSERT(trigger.due(*next).has_value());
            RC_ASSERT(*next - now <= 15min);
          }
        }
      });
  CHECK(held);
}
