"""Tasks: given out, put off, done and opened again."""

from typing import Any

import strawberry
from strawberry import Info

from db.leads import TASKS
from domain.errors import InvalidInput
from domain.identity import Scope
from domain.tasks import NewTask
from resolvers.inquiries import staff_user
from resolvers.listing import one
from resolvers.refusals import mutation
from schema.enums import SubjectKind
from schema.global_ids import decode, decode_as
from schema.lead_changes import (
    AssignTaskInput,
    CompleteTaskInput,
    CreateTaskInput,
    PostponeTaskInput,
    ReopenTaskInput,
    TaskPayload,
)
from services import tasks

SUBJECTS = {kind.value.capitalize(): kind.value for kind in SubjectKind}


@strawberry.type
class TaskMutation:
    """Root fields that change tasks."""

    @mutation(
        TaskPayload,
        scope=Scope.TASKS_WRITE,
        description="Tell staff to do something about an object of the brand.",
    )
    async def create_task(self, info: Info, input: CreateTaskInput) -> TaskPayload:
        context, now = info.context, info.context.world.now()
        name, subject = decode(input.subject_id, path="subjectId")
        if name not in SUBJECTS:
            raise InvalidInput(f"A task is not about a {name}.", path="subjectId")
        wish = NewTask(
            kind=input.kind,
            title=input.title,
            subject_kind=SUBJECTS[name],
            subject_id=subject,
            due_at=input.due_at,
            assignee_id=staff_user(input.assignee_id),
        )
        made = await context.write(
            lambda tx: tasks.create_task(tx, wish, now=now, ids=context.world.ids)
        )
        return await _answer(info, made)

    @mutation(TaskPayload, scope=Scope.TASKS_WRITE, description="Say who does a task.")
    async def assign_task(self, info: Info, input: AssignTaskInput) -> TaskPayload:
        context, now = info.context, info.context.world.now()
        task, assignee = decode_as("Task", input.id), staff_user(input.assignee_id)
        assigned = await context.write(
            lambda tx: tasks.assign_task(
                tx,
                task,
                assignee,
                expected_version=input.expected_version,
                now=now,
                ids=context.world.ids,
            )
        )
        return await _answer(info, assigned)

    @mutation(TaskPayload, scope=Scope.TASKS_WRITE, description="Give a task another due time.")
    async def postpone_task(self, info: Info, input: PostponeTaskInput) -> TaskPayload:
        context, now = info.context, info.context.world.now()
        task = decode_as("Task", input.id)
        postponed = await context.write(
            lambda tx: tasks.postpone_task(
                tx,
                task,
                input.due_at,
                expected_version=input.expected_version,
                now=now,
                ids=context.world.ids,
            )
        )
        return await _answer(info, postponed)

    @mutation(TaskPayload, scope=Scope.TASKS_WRITE, description="Say that a task is done.")
    async def complete_task(self, info: Info, input: CompleteTaskInput) -> TaskPayload:
        context, now = info.context, info.context.world.now()
        task, version = decode_as("Task", input.id), input.expected_version
        done = await context.write(
            lambda tx: tasks.complete_task(
                tx, task, expected_version=version, now=now, ids=context.world.ids
            )
        )
        return await _answer(info, done)

    @mutation(
        TaskPayload,
        scope=Scope.TASKS_WRITE,
        description="Say that a task is to be done after all.",
    )
    async def reopen_task(self, info: Info, input: ReopenTaskInput) -> TaskPayload:
        context, now = info.context, info.context.world.now()
        task, version = decode_as("Task", input.id), input.expected_version
        opened = await context.write(
            lambda tx: tasks.reopen_task(
                tx, task, expected_version=version, now=now, ids=context.world.ids
            )
        )
        return await _answer(info, opened)


async def _answer(info: Info, id: Any) -> TaskPayload:
    return TaskPayload(task=await one(info, TASKS, id), errors=[])
