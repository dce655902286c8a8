#include "connectors/http/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <new>

namespace crmsync::connectors::http {

namespace {

constexpr int kGzipOnly = 15 + 16;  // zlib's window bits: the largest window, with gzip's header and checksum
constexpr std::size_t kStep = 32 << 10;

}  // namespace

struct Inflate::Stream {
  z_stream z{};
  bool at_end = false;  // of a member; another one may follow
  bool begun = false;
};

Inflate::Inflate() : stream_(std::make_unique<Stream>()) {
  if (inflateInit2(&stream_->z, kGzipOnly) != Z_OK) throw std::bad_alloc();
}

Inflate::~Inflate() { inflateEnd(&stream_->z); }

Inflate::State Inflate::feed(std::string_view packed, std::string& out, std::size_t most) {
  z_stream& z = stream_->z;
  // zlib does not write to its input, it only lacks the const.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  stream_->begun |= !packed.empty();
  for (;;) {
    if (stream_->at_end) {
      if (z.avail_in == 0) return State::ok;
      if (inflateReset(&z) != Z_OK) return State::broken;
      stream_->at_end = false;
    }
    const std::size_t had = out.size();
    // One byte more than allowed tells a body of exactly the limit from a larger one.
    const std::size_t room = std::min(kStep, most - had + 1);
    out.resize(had + room);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + had);
    z.avail_out = static_cast<uInt>(room);
    const int result = inflate(&z, Z_NO_FLUSH);
    const std::size_t made = room - z.avail_out;
    out.resize(std::min(had + made, most));
    if (had + made > most) return State::too_large;
    if (result == Z_STREAM_END)
      stream_->at_end = true;
    else if (result == Z_BUF_ERROR || (result == Z_OK && z.avail_in == 0 && z.avail_out != 0))
      return State::ok;
    else if (result != Z_OK)
      return State::broken;
  }
}

bool Inflate::complete() const noexcept { return stream_->at_end || !stream_->begun; }

}  // namespace crmsync::connectors::http
