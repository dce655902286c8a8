// The job that a path names. Used by the routes about jobs.
#pragma once

#include "core/store/jobs.h"
#include "daemon/api/router.h"

namespace crmsync::api {

// By the path's first parameter. nullopt: there is none, or it is not for the caller to see.
asio::awaitable<std::optional<store::JobRow>> find_job(Context& context);
Problem no_job();

}  // namespace crmsync::api
