// A line to a server of this machine on which requests take their time: what a client sends arrives later, answers come at once.
//
//     cc -O2 -o slow_line slow_line.c && ./slow_line PORT SERVER_PORT MILLISECONDS
//
// One thread; answers are moved within the kernel, so that the line costs little of the machine that is measured. SIGUSR1 prints how many
// requests have passed (GET, HEAD, PUT, POST, DELETE at the beginning of what a client sent).
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct part { struct part *next; double due; size_t size, sent; char bytes[]; };
struct side { struct line *line; int fd; int is_server; };
struct line {
    struct side client, server;
    struct part *first, *last;
    int pipe[2];
    size_t piped;
    int is_dead, is_waiting_for_client;
    struct line *next;
};

static int epoll;
static struct line *lines;
static volatile sig_atomic_t asked;
static long requests;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void ask(int signal) { (void)signal; asked = 1; }

static int connected(int port, int listens) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, listens ? SOL_SOCKET : IPPROTO_TCP, listens ? SO_REUSEADDR : TCP_NODELAY, &one, sizeof one);
    if (listens ? bind(fd, (void *)&address, sizeof address) || listen(fd, 512)
                : connect(fd, (void *)&address, sizeof address) && errno != EINPROGRESS) {
        perror(listens ? "listen" : "connect");
        exit(1);
    }
    return fd;
}

static void watch(struct side *side, uint32_t events, int operation) {
    struct epoll_event event = {.events = events | EPOLLET, .data.ptr = side};
    epoll_ctl(epoll, operation, side->fd, &event);
}

static void take_client(int listener, int server_port) {
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct line *line = calloc(1, sizeof *line);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        line->client = (struct side){line, fd, 0};
        line->server = (struct side){line, connected(server_port, 0), 1};
        if (pipe2(line->pipe, O_NONBLOCK | O_CLOEXEC)) exit(1);
        fcntl(line->pipe[1], F_SETPIPE_SZ, 1 << 20);
        watch(&line->client, EPOLLIN | EPOLLOUT | EPOLLRDHUP, EPOLL_CTL_ADD);
        watch(&line->server, EPOLLIN | EPOLLOUT | EPOLLRDHUP, EPOLL_CTL_ADD);
        line->next = lines;
        lines = line;
    }
}

/* What the client has sent goes into the queue. */
static void receive(struct line *line, double delay) {
    static char bytes[1 << 18];
    ssize_t size;
    while ((size = recv(line->client.fd, bytes, sizeof bytes, 0)) > 0) {
        struct part *part = malloc(sizeof *part + size);
        *part = (struct part){NULL, now() + delay, size, 0};
        memcpy(part->bytes, bytes, size);
        if (size > 4 && strspn(bytes, "GETHADPUOSL") >= 3) requests++;
        if (line->last) line->last->next = part; else line->first = part;
        line->last = part;
    }
    if (size == 0 || (errno != EAGAIN && errno != EINTR)) line->is_dead = 1;
}

/* What is due goes to the server. Returns when the next part is, or 0. */
static double forward(struct line *line, double time) {
    struct part *part;
    while ((part = line->first)) {
        if (part->due > time) return part->due;
        ssize_t size = send(line->server.fd, part->bytes + part->sent, part->size - part->sent, MSG_NOSIGNAL);
        if (size < 0) {
            if (errno != EAGAIN && errno != ENOTCONN) line->is_dead = 1;
            return 0;
        }
        if ((part->sent += size) < part->size) return 0;
        if (!(line->first = part->next)) line->last = NULL;
        free(part);
    }
    return 0;
}

/* Answers go to the client at once. */
static void answer(struct line *line) {
    for (;;) {
        if (line->piped) {
            ssize_t size = splice(line->pipe[0], NULL, line->client.fd, NULL, line->piped, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
            if (size < 0) {
                if (errno != EAGAIN) line->is_dead = 1;
                return;
            }
            line->piped -= size;
            continue;
        }
        ssize_t size = splice(line->server.fd, NULL, line->pipe[1], NULL, 1 << 20, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (size > 0) line->piped += size;
        else {
            if (size == 0 || (errno != EAGAIN && errno != ENOTCONN)) line->is_dead = 1;
            return;
        }
    }
}

static void sweep(void) {
    for (struct line **place = &lines; *place;) {
        struct line *line = *place;
        if (!line->is_dead) { place = &line->next; continue; }
        *place = line->next;
        close(line->client.fd);
        close(line->server.fd);
        close(line->pipe[0]);
        close(line->pipe[1]);
        for (struct part *part = line->first; part;) { struct part *next = part->next; free(part); part = next; }
        free(line);
    }
}

int main(int count, char **words) {
    if (count != 4) return fprintf(stderr, "usage: slow_line PORT SERVER_PORT MILLISECONDS\n"), 2;
    double delay = atof(words[3]), next = 0;
    struct side listener = {NULL, connected(atoi(words[1]), 1), 0};
    signal(SIGUSR1, ask);
    signal(SIGPIPE, SIG_IGN);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(&listener, EPOLLIN, EPOLL_CTL_ADD);
    for (;;) {
        struct epoll_event events[256];
        double left = next ? next - now() : -1;
        /* epoll counts in milliseconds; the last one is waited for more finely. */
        struct timespec patience = {0, left < 0 ? 0 : (long)(left * 1e6)};
        int found = epoll_pwait2(epoll, events, 256, next ? &patience : NULL, NULL);
        if (asked) {
            asked = 0;
            printf("%ld\n", requests);
            fflush(stdout);
        }
        for (int i = 0; i < found; i++) {
            struct side *side = events[i].data.ptr;
            if (side == &listener) { take_client(listener.fd, atoi(words[2])); continue; }
            if (!side->is_server && events[i].events & (EPOLLIN | EPOLLRDHUP)) receive(side->line, delay);
            answer(side->line);
        }
        double time = now();
        next = 0;
        for (struct line *line = lines; line; line = line->next) {
            double due = forward(line, time);
            if (due && (!next || due < next)) next = due;
        }
        sweep();
    }
}
