import { BadRequestException, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type SessionContext, SessionService, Tabs } from 'vedfolnir';
import { Note } from './note.entity';

@Injectable()
export class NotesService {
  constructor(
    private readonly database: DataSource,
    private readonly sessions: SessionService,
    private readonly tabs: Tabs,
  ) {}

  list(platformId: number): Promise<Note[]> {
    return this.database.getRepository(Note).find({ where: { platformId }, order: { id: 'ASC' } });
  }

  /** Writes only if the session is still valid within the same transaction, and notifies the user's tabs. */
  async create(session: SessionContext, platformId: number, text: string): Promise<Note> {
    if (text === '' || text.length > 200) throw new BadRequestException('A note has 1 to 200 characters');
    const note = await this.sessions.runAuthorized(session, ({ em }) =>
      em.save(Note, em.create(Note, { platformId, text })),
    );
    await this.tabs.ofUser(session.user.id).emit('note:created', { id: note.id, text });
    return note;
  }
}
