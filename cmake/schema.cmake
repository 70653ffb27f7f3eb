# The wire: C++ types and the error registry, generated from api/kith/v1.
find_package(Protobuf REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(KITH_GENERATED ${CMAKE_BINARY_DIR}/generated)
set(KITH_API ${CMAKE_SOURCE_DIR}/api)
file(GLOB KITH_PROTOS CONFIGURE_DEPENDS ${KITH_API}/kith/v1/*.proto)
file(MAKE_DIRECTORY ${KITH_GENERATED}/kith/v1)

set(KITH_PROTO_SOURCES)
foreach(proto ${KITH_PROTOS})
  get_filename_component(name ${proto} NAME_WE)
  list(APPEND KITH_PROTO_SOURCES ${KITH_GENERATED}/kith/v1/${name}.pb.cc)
  list(APPEND KITH_PROTO_HEADERS ${KITH_GENERATED}/kith/v1/${name}.pb.h)
endforeach()
add_custom_command(
  OUTPUT ${KITH_PROTO_SOURCES} ${KITH_PROTO_HEADERS}
  COMMAND ${Protobuf_PROTOC_EXECUTABLE} -I${KITH_API} --cpp_out=${KITH_GENERATED} ${KITH_PROTOS}
  DEPENDS ${KITH_PROTOS}
  COMMENT "Generating C++ types of the wire")
add_custom_command(
  OUTPUT ${KITH_GENERATED}/kith/reason.hpp
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/generate_reasons.py ${KITH_API}/kith/v1/errors.proto
          ${KITH_GENERATED}/kith/reason.hpp
  DEPENDS ${KITH_API}/kith/v1/errors.proto ${CMAKE_SOURCE_DIR}/tools/generate_reasons.py
  COMMENT "Generating the error registry")
add_custom_target(kith_reasons DEPENDS ${KITH_GENERATED}/kith/reason.hpp)

add_library(kith_schema STATIC ${KITH_PROTO_SOURCES})
target_include_directories(kith_schema SYSTEM PUBLIC ${KITH_GENERATED})
target_link_libraries(kith_schema PUBLIC protobuf::libprotobuf)

# The part of LiveKit's client protocol that our calls speak: our own description of its messages, see
# docs/protocols/livekit.md.
file(GLOB KITH_LIVEKIT_PROTOS CONFIGURE_DEPENDS ${KITH_API}/livekit/*.proto)
file(MAKE_DIRECTORY ${KITH_GENERATED}/livekit)
set(KITH_LIVEKIT_SOURCES)
foreach(proto ${KITH_LIVEKIT_PROTOS})
  get_filename_component(name ${proto} NAME_WE)
  list(APPEND KITH_LIVEKIT_SOURCES ${KITH_GENERATED}/livekit/${name}.pb.cc)
  list(APPEND KITH_LIVEKIT_HEADERS ${KITH_GENERATED}/livekit/${name}.pb.h)
endforeach()
add_custom_command(
  OUTPUT ${KITH_LIVEKIT_SOURCES} ${KITH_LIVEKIT_HEADERS}
  COMMAND ${Protobuf_PROTOC_EXECUTABLE} -I${KITH_API} --cpp_out=${KITH_GENERATED} ${KITH_LIVEKIT_PROTOS}
  DEPENDS ${KITH_LIVEKIT_PROTOS}
  COMMENT "Generating C++ types of the call signalling")
add_library(kith_signalling STATIC ${KITH_LIVEKIT_SOURCES})
target_include_directories(kith_signalling SYSTEM PUBLIC ${KITH_GENERATED})
target_link_libraries(kith_signalling PUBLIC protobuf::libprotobuf)
