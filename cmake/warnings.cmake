# Warnings and sanitizers for our own code; generated code is compiled without warnings.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

function(kith_own_code target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough
                                           -Wno-missing-field-initializers)
  # g++ decides what is a warning; clang only builds the fuzz targets and sees other things.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports these inside libstdc++'s own expected and string code once it is inlined.
    target_compile_options(${target} PRIVATE -Werror -Wno-maybe-uninitialized -Wno-restrict)
  endif()
endfunction()

if(KITH_SANITIZE)
  add_compile_options(-fsanitize=${KITH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KITH_SANITIZE})
endif()
