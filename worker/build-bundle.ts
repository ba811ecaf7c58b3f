import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { failureConverterPath } from '../workflows/data-converter.ts';
import { bundleLicences } from './bundle-licences.ts';

// Run by `npm run build`, from the built package: a worker then need not bundle at each start.
const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
  failureConverterPath,
});
await writeFile(new URL('../workflow-bundle.js', import.meta.url), code);
await writeFile(new URL('../workflow-bundle.licences.txt', import.meta.url), await bundleLicences(code));
