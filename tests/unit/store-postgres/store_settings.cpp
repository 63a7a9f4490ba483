#include "store_settings.hpp"

#include <algorithm>

namespace token_service::test {

void RecordingHost::log(sdk::LogLevel level, std::string_view event,
                        std::span<const sdk::LogField> fields) noexcept {
  const std::lock_guard lock(mutex_);
  text_ += std::to_string(static_cast<int>(level)) + " " + std::string(event);
  for (const sdk::LogField& field : fields) {
    text_ += " " + std::string(field.key) + "=" + std::string(field.value);
  }
  text_ += "\n";
}

std::string RecordingHost::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

StoreSettings settingsFor(const Conninfo& conninfo) {
  return {{"host", conninfo.at("host")},
          {"port", conninfo.at("port")},
          {"database", conninfo.at("dbname")},
          {"user", conninfo.at("user")},
          {"password", conninfo.at("password")}};
}

std::unique_ptr<store_postgres::PostgresStore> makeStore(const StoreSettings& settings,
                                                         sdk::Host& host, sdk::Mode mode) {
  sdk::SettingNode root;
  root.kind = sdk::SettingNode::Kind::Map;
  for (const auto& [key, value] : settings) {
    sdk::SettingNode node;
    node.kind = sdk::SettingNode::Kind::Scalar;
    node.key = key;
    node.text = value;
    root.children.push_back(node);
  }
  sdk::SettingsReport report;
  report.file = "test.yaml";
  sdk::Settings view(root, report, "/", "store.settings");
  return std::make_unique<store_postgres::PostgresStore>(view, host, mode);
}

sdk::Session session(std::int64_t user, const std::string& id) {
  return {user, id, "ada", R"({"jti":"1"})", kNow, kNow + 24h, 1};
}

}  // namespace token_service::test
