// The one place where the non-template code of Asio and Beast is compiled (see toolchain notes in CONTRIBUTING.md).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
