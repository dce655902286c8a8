// What every fuzz target implements: takes any bytes and may neither crash nor hang nor throw. Called by libFuzzer
// (CRMSYNC_FUZZ) or, as a normal test, with every file of the target's corpus (replay.cpp).
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
