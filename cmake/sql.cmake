# The SQL statements of server/sql as constants: sql/message/insert.sql becomes sql::message::kInsert.
file(GLOB_RECURSE KITH_SQL_FILES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/server/sql/*.sql)
add_custom_command(
  OUTPUT ${KITH_GENERATED}/store/sql.hpp
  COMMAND ${CMAKE_COMMAND} -E make_directory ${KITH_GENERATED}/store
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_sql.py ${CMAKE_SOURCE_DIR}/server/sql
          ${KITH_GENERATED}/store/sql.hpp
  DEPENDS ${KITH_SQL_FILES} ${CMAKE_SOURCE_DIR}/tools/embed_sql.py
  COMMENT "Embedding SQL")
add_custom_target(kith_sql_header DEPENDS ${KITH_GENERATED}/store/sql.hpp)
add_library(kith_sql INTERFACE)
add_dependencies(kith_sql kith_sql_header)
