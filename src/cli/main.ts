#!/usr/bin/env node
import 'reflect-metadata';
import { runCli } from './program';
import { processTerminal } from './terminal';

const args = process.argv.slice(2);
runCli(args.length > 0 ? args : ['--help'], process.env, processTerminal).then((code) => process.exit(code));
