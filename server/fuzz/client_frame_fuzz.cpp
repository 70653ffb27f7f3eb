// ClientFrame in JSON and in binary: what decodes, encodes and decodes again to the same.
#include "api/wire.hpp"
#include "fuzz_input.hpp"
#include "kith/v1/sync.pb.h"

using namespace kith;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const api::Form form = input.byte() % 2 == 0 ? api::Form::kJson : api::Form::kBinary;
  v1::ClientFrame frame;
  if (!api::decode(form, input.rest(), frame)) return 0;
  for (const api::Form other : {api::Form::kJson, api::Form::kBinary}) {
    v1::ClientFrame again;
    fuzz::claim(api::decode(other, api::encode(other, frame), again).has_value());
    fuzz::claim(api::encode(api::Form::kJson, again) == api::encode(api::Form::kJson, frame));
  }
  return 0;
}
