// The reading half of S3 over a folder: objects by ranges and conditions, and listings, as cheaply as the kernel can, for measurements.
//
//     cc -O2 -pthread -o plain_s3 plain_s3.c && ./plain_s3 PORT FOLDER [MILLISECONDS]
//
// The folder has a folder for each bucket. Signatures are not looked at. A thread a connection, which waits so long before each answer.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *folder;
static double delay;

struct text { char *bytes; size_t size, room; };

static void add(struct text *text, const char *more) {
    size_t size = strlen(more);
    if (text->size + size + 1 > text->room) text->bytes = realloc(text->bytes, text->room = (text->size + size + 1) * 2);
    memcpy(text->bytes + text->size, more, size + 1);
    text->size += size;
}

static void decode(char *text) {
    char *out = text;
    for (; *text; text++) {
        unsigned value;
        if (*text == '%' && sscanf(text + 1, "%2x", &value) == 1) { *out++ = (char)value; text += 2; }
        else *out++ = *text;
    }
    *out = 0;
}

static void tag(const struct stat *s, char *out) { sprintf(out, "\"%lx-%lx\"", (long)s->st_size, (long)s->st_mtim.tv_sec); }

static void answer(int fd, const char *status, const char *headers, const char *body, int is_head) {
    char text[1024];
    int size = snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, strlen(body), headers);
    send(fd, text, size, MSG_NOSIGNAL | (is_head || !*body ? 0 : MSG_MORE));
    if (!is_head && *body) send(fd, body, strlen(body), MSG_NOSIGNAL);
}

/* Keys below a folder that begin with a prefix. */
static void list(struct text *out, const char *bucket, const char *inside, const char *prefix) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s/%s", folder, bucket, inside);
    struct dirent **names;
    int count = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        char key[2048], place[8192], line[4096], etag[64];
        struct stat s;
        snprintf(key, sizeof key, "%s%s", inside, name);
        snprintf(place, sizeof place, "%s/%s/%s", folder, bucket, key);
        size_t shared = strlen(key) < strlen(prefix) ? strlen(key) : strlen(prefix);
        if (name[0] != '.' && !strncmp(key, prefix, shared) && !stat(place, &s)) {
            if (S_ISDIR(s.st_mode)) {
                strcat(key, "/");
                list(out, bucket, key, prefix);
            } else if (shared == strlen(prefix)) {
                tag(&s, etag);
                snprintf(line, sizeof line,
                    "<Contents><Key>%s</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>%s</ETag><Size>%ld</Size></Contents>",
                    key, etag, (long)s.st_size);
                add(out, line);
            }
        }
        free(names[i]);
    }
    if (count >= 0) free(names);
}

static void give(int fd, const char *path, const char *head, int is_head) {
    char place[4096], etag[64], headers[512];
    struct stat s;
    snprintf(place, sizeof place, "%s%s", folder, path);
    int file = open(place, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &s) || !S_ISREG(s.st_mode)) {
        if (file >= 0) close(file);
        return answer(fd, "404 Not Found", "", "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>", is_head);
    }
    tag(&s, etag);
    const char *condition = strcasestr(head, "\r\nif-match:"), *range = strcasestr(head, "\r\nrange:");
    if (condition && !strstr(condition, etag)) {
        close(file);
        return answer(fd, "412 Precondition Failed", "", "<Error><Code>PreconditionFailed</Code></Error>", is_head);
    }
    long first = 0, last = s.st_size - 1;
    if (range && (range = strchr(range, '='))) {
        if (range[1] == '-') first = s.st_size - atol(range + 2) < 0 ? 0 : s.st_size - atol(range + 2);
        else if (sscanf(range, "=%ld-%ld", &first, &last) < 2 || last >= s.st_size) last = s.st_size - 1;
    }
    long left = last - first + 1;
    int size = snprintf(headers, sizeof headers,
        "HTTP/1.1 %s\r\nContent-Length: %ld\r\nETag: %s\r\nAccept-Ranges: bytes\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n",
        range ? "206 Partial Content" : "200 OK", left, etag);
    if (range) size += sprintf(headers + size, "Content-Range: bytes %ld-%ld/%ld\r\n", first, last, (long)s.st_size);
    size += sprintf(headers + size, "\r\n");
    send(fd, headers, size, MSG_NOSIGNAL | (is_head ? 0 : MSG_MORE));
    off_t offset = first;
    while (!is_head && left > 0) {
        ssize_t sent = sendfile(fd, file, &offset, left);
        if (sent <= 0) break;
        left -= sent;
    }
    close(file);
}

static void serve(int fd, char *head) {
    char method[8], path[4096];
    if (sscanf(head, "%7s %4095s", method, path) != 2) return;
    int is_head = !strcmp(method, "HEAD");
    nanosleep(&(struct timespec){(long)(delay / 1e3), (long)(delay * 1e6) % 1000000000}, NULL);
    if (!is_head && strcmp(method, "GET")) return answer(fd, "405 Method Not Allowed", "", "", 0);
    char *query = strchr(path, '?');
    if (query) *query++ = 0;
    decode(path);
    if (!query || !strstr(query, "list-type")) return give(fd, path, head, is_head);
    char prefix[2048] = "", bucket[256] = "";
    char *found = strstr(query, "prefix=");
    if (found) sscanf(found, "prefix=%2047[^&]", prefix);
    decode(prefix);
    sscanf(path, "/%255[^/]", bucket);
    struct text out = {0};
    add(&out, "<ListBucketResult><IsTruncated>false</IsTruncated>");
    list(&out, bucket, "", prefix);
    add(&out, "</ListBucketResult>");
    answer(fd, "200 OK", "Content-Type: application/xml\r\n", out.bytes, 0);
    free(out.bytes);
}

static void *converse(void *argument) {
    int fd = (int)(long)argument;
    char bytes[1 << 16];
    size_t have = 0;
    for (;;) {
        bytes[have] = 0;
        char *end = strstr(bytes, "\r\n\r\n");
        if (end) {
            *end = 0;
            serve(fd, bytes);
            size_t used = end + 4 - bytes;
            memmove(bytes, bytes + used, have -= used);
            continue;
        }
        ssize_t size = have < sizeof bytes - 1 ? recv(fd, bytes + have, sizeof bytes - 1 - have, 0) : 0;
        if (size <= 0) break;
        have += size;
    }
    close(fd);
    return NULL;
}

int main(int count, char **words) {
    if (count != 3 && count != 4) return fprintf(stderr, "usage: plain_s3 PORT FOLDER [MILLISECONDS]\n"), 2;
    folder = words[2];
    if (count == 4) delay = atof(words[3]);
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, fd;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 512)) return perror("listen"), 1;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 1 << 18);
    while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        pthread_t thread;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (pthread_create(&thread, &attributes, converse, (void *)(long)fd)) close(fd);
    }
    return 0;
}
