/* Builds and packs this repository's chart and prints the manifest's digest, for node-matrix. */
import { packageChart } from '../../scripts/package/artifact.ts';
import { build } from '../../scripts/built.ts';
import { ROOT } from '../helpers/this-project.ts';

const { files, lock } = await build(ROOT);
const { manifest } = await packageChart(files, lock.created);
console.log(`${process.version} ${manifest.descriptor.digest}`);
