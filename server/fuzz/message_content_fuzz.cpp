// What people write: cleaned content is clean (cleaning it again changes nothing), and mentions are names.
#include "chat/message_content.hpp"
#include "chat/names.hpp"
#include "fuzz_input.hpp"

using namespace kith;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::Input(data, size).rest();
  const Limits limits;
  v1::MessageContent content;
  content.set_text(std::string(text));
  if (auto checked = chat::check_content(limits, content)) {
    fuzz::claim(checked->content.text().size() <= limits.message_bytes);
    fuzz::claim(checked->mentioned_names.size() <= limits.mentions_per_message);
    const auto again = chat::check_content(limits, checked->content);
    fuzz::claim(again && again->content.text() == checked->content.text());
    fuzz::claim(again->mentioned_names == checked->mentioned_names);
  }
  if (const auto name = chat::clean_name(text, limits.name_characters, "name")) {
    fuzz::claim(chat::clean_name(*name, limits.name_characters, "name") == name);
  }
  if (const auto topic = chat::clean_text(text, limits.topic_characters, "topic")) {
    fuzz::claim(chat::clean_text(*topic, limits.topic_characters, "topic") == topic);
  }
  const std::string folded = chat::fold_name(text);
  fuzz::claim(chat::fold_name(folded) == folded);
  return 0;
}
