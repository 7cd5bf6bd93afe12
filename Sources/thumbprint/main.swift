import Commands

#if canImport(Glibc)
  import Glibc
#endif

exit(main(arguments: Array(CommandLine.arguments.dropFirst())))
