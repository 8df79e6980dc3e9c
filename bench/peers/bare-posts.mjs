/** Nest on Fastify with one route that inserts a post, without session, platform check or transaction. */
import 'reflect-metadata';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createPool } from 'mysql2/promise';

const database = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 10 });
await database.query(`CREATE TABLE posts (id INT PRIMARY KEY AUTO_INCREMENT, platform_id INT NOT NULL,
  content TEXT NOT NULL, status VARCHAR(16) NOT NULL, created_at DATETIME(3) NOT NULL, INDEX (platform_id, created_at))`);

class PostController {
  async create({ content }) {
    const row = { platform_id: 1, content, status: 'queued', created_at: new Date() };
    const [{ insertId: id }] = await database.query('INSERT INTO posts SET ?', [row]);
    return { id, ...row };
  }
}
Body()(PostController.prototype, 'create', 0);
Post('posts')(PostController.prototype, 'create', Object.getOwnPropertyDescriptor(PostController.prototype, 'create'));
Controller('api')(PostController);

class AppModule {}
Module({ controllers: [PostController] })(AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
console.log(JSON.stringify({ url: `${await app.getUrl()}/api/posts` }));
