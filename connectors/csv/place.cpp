#include "connectors/csv/place.h"

namespace crmsync::connectors::csv {

namespace {

using nlohmann::json;

json to_json(const FileIdentity& file) {
  return {{"path", file.path}, {"size", file.size}, {"modified_ns", file.modified_ns}, {"inode", file.inode}};
}

FileIdentity file_of(const json& value) {
  return {value.at("path"), value.at("size"), value.at("modified_ns"), value.at("inode")};
}

Place read(const json& cursor) {
  Place place;
  for (const auto& file : cursor.at("files")) place.files.push_back(file_of(file));
  place.index = cursor.at("index");
  place.position.offset = cursor.at("offset");
  place.position.line = cursor.at("line");
  place.position.anchor = {cursor.at("anchor").at("text"), cursor.at("anchor").at("byte")};
  for (const auto& doubt : cursor.at("doubts")) place.doubts.push_back({doubt.at("text"), doubt.at("token")});
  return place;
}

}  // namespace

json Place::cursor() const {
  json list = json::array();
  for (const auto& file : files) list.push_back(to_json(file));
  json doubtful = json::array();
  for (const auto& doubt : doubts) doubtful.push_back({{"text", doubt.text}, {"token", doubt.token}});
  return {{"files", std::move(list)},
          {"index", index},
          {"offset", position.offset},
          {"line", position.line},
          {"anchor", {{"text", position.anchor.text}, {"byte", position.anchor.byte}}},
          {"doubts", std::move(doubtful)}};
}

Result<Place> parse_cursor(const json& cursor) {
  const Error unknown(ErrorKind::protocol, "the cursor is not one of this connector; a full sync starts anew");
  try {
    Place place = read(cursor);
    if (place.index >= place.files.size() || place.position.anchor.text > place.position.offset) return unknown;
    return place;
  } catch (const json::exception&) {
    return unknown;
  }
}

}  // namespace crmsync::connectors::csv
