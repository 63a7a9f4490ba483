#include "app/key_report.hpp"

#include <algorithm>
#include <array>

namespace token_service::app {
namespace {

using namespace std::chrono_literals;

// For the new key to reach every replica.
constexpr auto kRollOut = 10min;

constexpr std::size_t kColumns = 5;
using Row = std::array<std::string, kColumns>;

// A key without the date has been so from the start.
std::string dateText(sdk::Time time) { return time == sdk::Time{} ? "-" : timeText(time); }

std::string stateText(const PlannedKey& planned, sdk::Time now) {
  switch (planned.stateAt(now)) {
    case KeyState::Published:
      return "published: signs from " + timeText(planned.key.active_from);
    case KeyState::Signing:
      return "signing";
    case KeyState::Retired:
      return "retired: verifies until " + timeText(*planned.verifies_until);
    case KeyState::Over:
      break;
  }
  return "over";
}

std::string lineOf(const Row& row, const std::array<std::size_t, kColumns>& widths) {
  std::string line;
  for (std::size_t column = 0; column < kColumns; ++column) {
    line.append(row[column]).append(widths[column] + 2 - row[column].size(), ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string keyTable(const std::vector<PlannedKey>& plan, sdk::Time now) {
  std::vector<Row> rows = {{"kid", "alg", "state", "published_from", "active_from"}};
  for (const PlannedKey& planned : plan) {
    rows.push_back({planned.key.kid, planned.key.algorithm, stateText(planned, now),
                    dateText(planned.key.published_from), dateText(planned.key.active_from)});
  }
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  std::string table;
  for (const Row& row : rows) {
    table += lineOf(row, widths);
  }
  return table;
}

std::string timeLine(const std::vector<PlannedKey>& plan, sdk::Time now) {
  std::string lines;
  if (!plan.empty() && plan.front().key.active_from > now) {
    lines += "no key signs until " + timeText(plan.front().key.active_from) + "\n";
  }
  for (const PlannedKey& planned : plan) {
    const sdk::Key& key = planned.key;
    lines += key.kid + " signs ";
    if (planned.signs_until == key.active_from) {
      lines += "never";
    } else {
      lines += key.active_from == sdk::Time{} ? "" : "from " + timeText(key.active_from) + " ";
      lines +=
          planned.signs_until ? "until " + timeText(*planned.signs_until) : "until another does";
    }
    lines += planned.verifies_until ? ", verifies until " + timeText(*planned.verifies_until)
                                    : ", verifies as long as it is there";
    lines += key.emergency ? ", emergency\n" : "\n";
  }
  return lines;
}

std::string newKeyDates(const std::vector<PlannedKey>& plan, sdk::Time now,
                        std::chrono::seconds max_age) {
  const sdk::Time published_from = std::chrono::ceil<std::chrono::minutes>(now) + kRollOut;
  sdk::Time active_from = published_from + max_age;
  while (std::any_of(plan.begin(), plan.end(), [&](const PlannedKey& planned) {
    return planned.key.active_from == active_from;
  })) {
    active_from += 1min;
  }
  return "published_from: " + timeText(published_from) + "\nactive_from: " + timeText(active_from) +
         "\n";
}

}  // namespace token_service::app
