#!/usr/bin/env node
import { runCommandLine } from './program.ts';

// Whoever reads the output may leave early, as `head` does. The command goes on, and its exit code stays true.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await runCommandLine(process.argv.slice(2));
