#include "app/doctor.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "app/config.hpp"
#include "app/doctor_calls.hpp"
#include "store/doctor.hpp"

namespace kith::app {
namespace {

int check_store(const std::string& data_dir) {
  const std::string path = data_dir + "/kith.db";
  if (!std::filesystem::exists(path)) {
    std::cerr << "kith: there is no database in " << data_dir << "\n";
    return 2;
  }
  const auto report = store::check_store(path);
  if (!report) {
    std::cerr << "kith: the database cannot be checked: " << report.error().message << "\n";
    return 2;
  }
  for (const std::string& fault : report->faults) std::cout << "fault: " << fault << "\n";
  if (report->fault_count > report->faults.size()) {
    std::cout << "… and " << report->fault_count - report->faults.size() << " more\n";
  }
  std::cout << report->rooms << " rooms, " << report->events << " events, " << report->blocks << " blocks, "
            << report->log_rows << " log rows: " << (report->is_sound() ? "sound" : "NOT SOUND") << "\n";
  return report->is_sound() ? 0 : 1;
}

void add_calls(CLI::App& command, std::function<int()>& run) {
  CLI::App* calls = command.add_subcommand("calls", "Check whether calls can be reached, with the server's settings");
  auto config = std::make_shared<Config>();
  add_options(*calls, *config);
  calls->callback([calls, config, &run] {
    run = [calls, config] {
      if (const std::string why = read_config_file(*calls, *config); !why.empty()) {
        std::cerr << "kith: " << why << "\n";
        return 2;
      }
      return check_calls(*config);
    };
  });
}

}  // namespace

void add_doctor(CLI::App& command, std::function<int()>& run) {
  command.require_subcommand(1);
  CLI::App* store = command.add_subcommand("store", "Check the database, also beside a running server");
  auto data_dir = std::make_shared<std::string>("data");
  store->add_option("--data-dir", *data_dir, "The server's data folder")
      ->capture_default_str()
      ->envname("KITH_DATA_DIR");
  store->callback([data_dir, &run] { run = [data_dir] { return check_store(*data_dir); }; });
  add_calls(command, run);
}

}  // namespace kith::app
