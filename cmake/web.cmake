# The web client inside the binary: every file of web/dist, compressed with brotli where that helps.
add_library(kith_web STATIC ${KITH_GENERATED}/web_assets.S)
set(KITH_WEB_DIST ${CMAKE_SOURCE_DIR}/web/dist)
file(GLOB_RECURSE KITH_WEB_FILES CONFIGURE_DEPENDS ${KITH_WEB_DIST}/*)
add_custom_command(
  OUTPUT ${KITH_GENERATED}/web_assets.S
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_web.py ${KITH_WEB_DIST} ${KITH_GENERATED}
  DEPENDS ${KITH_WEB_FILES} ${CMAKE_SOURCE_DIR}/tools/embed_web.py
  COMMENT "Embedding the web client")
