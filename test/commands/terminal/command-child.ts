import { child } from './child.ts';

child.start();
