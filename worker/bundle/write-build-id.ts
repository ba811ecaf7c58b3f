import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { buildIDFile } from './build-id.ts';

// `npm run build` runs this. Without git, as in the build of an image, it writes no file: CCE_WORKER_BUILD_ID must then be
// set when the worker starts.
const git = (...args: string[]) =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
try {
  const isDirty = git('status', '--porcelain') !== '';
  writeFileSync(buildIDFile, `${git('rev-parse', '--short', 'HEAD')}${isDirty ? '-dirty' : ''}`);
} catch {
  process.stderr.write('built without git: no build ID\n');
}
