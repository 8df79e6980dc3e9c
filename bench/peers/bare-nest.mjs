/** Nest on Fastify with one route that returns the same JSON as a constant. */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

const state = JSON.parse(process.env.STATE);

class SessionController {
  state() {
    return state;
  }
}
Get('session')(
  SessionController.prototype,
  'state',
  Object.getOwnPropertyDescriptor(SessionController.prototype, 'state'),
);
Controller('api')(SessionController);

class AppModule {}
Module({ controllers: [SessionController] })(AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
console.log(JSON.stringify({ url: `${await app.getUrl()}/api/session` }));
