import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { buildIDFile } from './build-id.ts';

// Run by `npm run build`. Without git, as in an image that is being built, there is no file: CCE_WORKER_BUILD_ID then says
// it when the worker starts.
const git = (...args: string[]) =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
try {
  const isDirty = git('status', '--porcelain') !== '';
  writeFileSync(buildIDFile, `${git('rev-parse', '--short', 'HEAD')}${isDirty ? '-dirty' : ''}`);
} catch {
  process.stderr.write('built without git: no build ID\n');
}
