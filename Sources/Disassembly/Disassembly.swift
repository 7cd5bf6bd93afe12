// Disassembly
