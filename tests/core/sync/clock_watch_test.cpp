#include "core/sync/clock_watch.h"

#include <doctest/doctest.h>

#include "core/sync/outbox_policy.h"

using namespace crmsync::sync;
using crmsync::domain::kDay;
using crmsync::domain::kHour;
using crmsync::domain::kMinute;
using crmsync::domain::Millis;

namespace {

Now at(std::int64_t steady, Millis wall) { return {Steady(steady), wall}; }

}  // namespace

TEST_CASE("a wall clock that was set") {
  ClockWatch watch(at(1000, 50 * kDay));
  SUBCASE("is not one that goes on with the monotonic clock, however long nobody looks") {
    CHECK(watch.stepped(at(2000, 50 * kDay + 1000)) == 0);
    CHECK(watch.stepped(at(2000 + kDay, 51 * kDay + 1000)) == 0);
  }
  SUBCASE("is seen with its whole step, once") {
    CHECK(watch.stepped(at(2000, 49 * kDay + 1000)) == -kDay);
    CHECK(watch.stepped(at(3000, 49 * kDay + 2000)) == 0);
    CHECK(watch.stepped(at(4000, 50 * kDay + 3000)) == kDay);
  }
  SUBCASE("is not one that drifts a little") {
    for (int i = 1; i < 100; ++i) CHECK(watch.stepped(at(1000 + i * 1000, 50 * kDay + i * 1100)) == 0);
  }
}

TEST_CASE("when a push is due after the clock was set") {
  PushProgress push;
  push.created_at = 50 * kDay;
  SUBCASE("a wait keeps its length, back and forward") {
    const Millis next = push.created_at + 10 * kMinute;
    CHECK(due_after_step(push, next, -kDay) == next - kDay);
    CHECK(due_after_step(push, next, kHour) == next + kHour);
  }
  SUBCASE("what waits for nothing stays due: it was made before a step back, or after a step forward") {
    CHECK(due_after_step(push, push.created_at, -kDay) == push.created_at - kDay);
    CHECK(due_after_step(push, push.created_at, kDay) == push.created_at);
  }
  SUBCASE("after a restart no pending push waits longer than the longest pause") {
    const Millis longest = OutboxPolicy().backoff.most.count();
    CHECK(due_after_restart(push, push.created_at + kDay, push.created_at) == push.created_at + longest);
    CHECK(due_after_restart(push, push.created_at + 5, push.created_at) == push.created_at + 5);
  }
  SUBCASE("after a restart a push that the CRM has taken still has its time to be read back") {
    push.state = PushNext::sent;
    CHECK(due_after_restart(push, push.created_at + kDay, push.created_at) == push.created_at + kDay);
  }
}
