// NetworkCompiler
