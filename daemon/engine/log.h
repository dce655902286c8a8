// One line per event: `message key=value ...` in text, an object in JSON. Control characters are escaped, so nobody can
// forge a line or play with a terminal. Used by everything in daemon/; addresses and secrets do not belong into a line
// above debug.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "config/config.h"
#include "core/domain/millis.h"

namespace crmsync::engine {

enum class Level { debug, info, warn, error };

void set_up_log(const config::Log& settings);
using Field = std::pair<std::string_view, std::string>;
void log_event(Level level, std::string_view message, std::initializer_list<Field> fields = {});

// The lines themselves, without a line end. In text, anything but printable ASCII is written as JSON writes it.
std::string text_line(std::string_view message, std::initializer_list<Field> fields);
std::string json_line(Level level, std::string_view message, std::initializer_list<Field> fields, domain::Millis now);

}  // namespace crmsync::engine
